import { withoutLastBytes } from '../../core/picture-format/webp.js';
import { ImageError } from '../../errors.js';
import type { Raster } from '../../types.js';
import type { ReadPixels } from './read-jpeg.js';

/**
 * Reads a WebP. One with runs of zeros is decoded again without its last bytes, to see that these are needed.
 * @throws {ImageError} CORRUPT or TRUNCATED. @throws what `read` throws.
 */
export async function readWebp(bytes: Buffer, read: ReadPixels): Promise<Raster> {
  const raster = await read(bytes, 'warning');
  for (const { webp, endsInZeros } of withoutLastBytes(bytes)) {
    if (!(await decodes(webp, read))) continue;
    throw endsInZeros
      ? new ImageError('TRUNCATED', 'the image data of the WebP ends in zero bytes that are no pixels')
      : new ImageError('CORRUPT', 'the image data of the WebP holds a block of zero bytes');
  }
  return raster;
}

async function decodes(webp: Buffer, read: ReadPixels): Promise<boolean> {
  try {
    await read(webp, 'warning');
    return true;
  } catch {
    return false;
  }
}
