import { isAv1, withKnownBrand } from '../../core/picture-format/iso-media.js';
import { writeTiff } from '../../core/picture-format/write-tiff.js';
import type { HeaderFacts } from './read-metadata.js';

/**
 * Pictures that sharp cannot decode, as one that it can: upright, uncompressed, with the colour profile that the file
 * has. From there all goes as with any other picture. What decodes them is loaded when the first one arrives.
 *
 * @throws {ImageError} CORRUPT, TRUNCATED or UNSUPPORTED_FORMAT.
 */
export async function toTiff(
  file: Buffer,
  format: 'heic' | 'bmp',
  { pagePrimary, width, height, icc }: HeaderFacts,
): Promise<Buffer> {
  if (format === 'bmp') {
    const { decodeBmp } = await import('../../core/picture-format/bmp-pixels.js');
    return writeTiff({ ...decodeBmp(file), channels: 3 });
  }
  // AVIF by another name.
  if (isAv1(file)) return withKnownBrand(file);
  const { decodeHeic } = await import('../heic.js');
  const pixels = await decodeHeic(file, { index: pagePrimary ?? 0, width, height });
  return writeTiff({ ...pixels, channels: 4, icc });
}
