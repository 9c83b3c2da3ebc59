import { ImageError } from '../../errors.js';
import { findAvifTruncation } from './iso-media.js';
import { findGifTruncation } from './gif.js';
import { findJpegTruncation } from './jpeg.js';
import { findPngTruncation } from './png.js';
import { identifyFormat, type PictureFormat } from './signatures.js';
import { findTiffTruncation } from './tiff.js';
import { findWebpTruncation } from './webp.js';
import { isZeroFrom } from './zeros.js';

const TRUNCATION_FINDERS: Readonly<Record<PictureFormat, (bytes: Buffer) => string | undefined>> = {
  jpeg: findJpegTruncation,
  png: findPngTruncation,
  webp: findWebpTruncation,
  tiff: findTiffTruncation,
  gif: findGifTruncation,
  avif: findAvifTruncation,
};

/**
 * Names the format of a picture file by its content.
 * @throws {ImageError} EMPTY_FILE, NOT_AN_IMAGE or UNSUPPORTED_FORMAT.
 */
export function requireDecodable(bytes: Buffer): PictureFormat {
  if (bytes.length === 0) throw new ImageError('EMPTY_FILE', 'the file is empty');
  const finding = identifyFormat(bytes);
  if (finding?.decodable) return finding.format;
  if (finding) throw new ImageError('UNSUPPORTED_FORMAT', `${finding.name} files cannot be decoded`);
  throw new ImageError(
    'NOT_AN_IMAGE',
    isZeroFrom(bytes, 0) ? 'the file holds only zero bytes' : 'the content is no known picture format',
  );
}

/**
 * Checks that the file was written to its end, which decoders do not do: they fill what is missing with grey, or take a
 * zero-filled end for pixels. Structure alone is read, no pixel is decoded.
 * @throws {ImageError} TRUNCATED.
 */
export function requireComplete(bytes: Buffer, format: PictureFormat): void {
  const missing = TRUNCATION_FINDERS[format](bytes);
  if (missing !== undefined) throw new ImageError('TRUNCATED', missing);
}
