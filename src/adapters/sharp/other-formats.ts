import { heifCodec, withKnownBrand } from '../../core/picture-format/iso-media.js';
import { writeTiff } from '../../core/picture-format/write-tiff.js';
import { ImageError } from '../../errors.js';
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
  const codec = heifCodec(file);
  // AVIF by another name.
  if (codec === 'av1') return withKnownBrand(file);
  if (codec === undefined)
    throw new ImageError('UNSUPPORTED_FORMAT', 'HEIF files without HEVC or AV1 in them cannot be decoded');
  const { decodeHeic } = await import('../heic.js');
  const pixels = await decodeHeic(file, { index: pagePrimary ?? 0, width, height });
  return writeTiff({ ...pixels, channels: 4, icc });
}
