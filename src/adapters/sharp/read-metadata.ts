import type sharp from 'sharp';
import type { Metadata } from 'sharp';
import { withKnownBrand } from '../../core/picture-format/iso-media.js';
import { pngWithExifInFront } from '../../core/picture-format/png.js';
import type { PictureFormat } from '../../core/picture-format/signatures.js';

/** What is read of a picture's header, in sharp's words. */
export type HeaderFacts = Pick<
  Metadata,
  | 'width'
  | 'height'
  | 'channels'
  | 'depth'
  | 'isProgressive'
  | 'chromaSubsampling'
  | 'orientation'
  | 'autoOrient'
  | 'hasProfile'
  | 'icc'
  | 'pagePrimary'
>;

/** The file with its parts in the places, and under the names, where sharp looks for them. */
export function asSharpReads(bytes: Buffer, format: PictureFormat): Buffer {
  if (format === 'heic' || format === 'avif') return withKnownBrand(bytes);
  return format === 'png' ? pngWithExifInFront(bytes) : bytes;
}

/** What a header says is looked at before anything is made of it. */
const UNLIMITED = { limitInputPixels: false, limitInputChannels: false, failOn: 'none' } as const;

/**
 * Reads the header alone. sharp knows that of HEIC although it cannot decode its pixels; that of BMP it does not know.
 * @throws what sharp throws. @throws {ImageError} as `readBmpHeader`.
 */
export async function readMetadata(
  load: typeof sharp,
  bytes: Buffer,
  format: PictureFormat,
): Promise<HeaderFacts> {
  if (format !== 'bmp') {
    const file = asSharpReads(bytes, format);
    // libheif's own limits would refuse a sound picture of 256 tiles.
    const unlimited = format === 'heic';
    const metadata = await load(file, { ...UNLIMITED, unlimited }).metadata();
    if (format !== 'heic') return metadata;
    // HEIF says by properties of its own how a picture is turned, and the size is that afterwards. EXIF's word for it
    // repeats that (iPhones) or contradicts it; by the standard it counts for nothing.
    const { width, height } = metadata;
    return { ...metadata, orientation: 1, autoOrient: { width, height } };
  }
  const { readBmpHeader } = await import('../../core/picture-format/bmp-header.js');
  const { width, height } = readBmpHeader(bytes);
  return {
    width,
    height,
    channels: 3,
    depth: 'uchar',
    isProgressive: false,
    hasProfile: false,
    autoOrient: { width, height },
  };
}
