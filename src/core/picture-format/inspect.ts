import { ImageError } from '../../errors.js';
import { findHeicDamage, findIsoMediaTruncation, heifWithoutDecoder } from './iso-media.js';
import { findGifTruncation } from './gif.js';
import { findJpegTruncation } from './jpeg.js';
import { findPngTruncation } from './png.js';
import { identifyFormat, type PictureFormat } from './signatures.js';
import { findTiffOverlap, findTiffTruncation } from './tiff.js';
import { findWebpTruncation } from './webp.js';
import { isZeroFrom } from './zeros.js';

const TRUNCATION_FINDERS: Readonly<Record<PictureFormat, (bytes: Buffer) => string | undefined>> = {
  jpeg: findJpegTruncation,
  png: findPngTruncation,
  webp: findWebpTruncation,
  tiff: findTiffTruncation,
  gif: findGifTruncation,
  avif: (bytes) => findIsoMediaTruncation(bytes, 'AVIF'),
  heic: (bytes) => findIsoMediaTruncation(bytes, 'HEIC'),
  // Its header is not read without a look at the length.
  bmp: () => undefined,
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
 * Checks that there is a decoder for what is inside the file, whatever its first bytes promise.
 * @throws {ImageError} UNSUPPORTED_FORMAT.
 */
export function requireDecoder(bytes: Buffer, format: PictureFormat): void {
  const kind = format === 'heic' || format === 'avif' ? heifWithoutDecoder(bytes) : undefined;
  if (kind !== undefined) throw new ImageError('UNSUPPORTED_FORMAT', `${kind} cannot be decoded`);
}

/**
 * Checks that reading the headers takes a time that grows with the file, before a decoder does it.
 * @throws {ImageError} CORRUPT.
 */
export function requireBounded(bytes: Buffer, format: PictureFormat): void {
  const excess = format === 'tiff' ? findTiffOverlap(bytes) : undefined;
  if (excess !== undefined) throw new ImageError('CORRUPT', excess);
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

/** Formats whose decoders take a block of zeros for pixels. The others have sums, or codes that end there. */
const DAMAGE_FINDERS: Readonly<Partial<Record<PictureFormat, (bytes: Buffer) => string | undefined>>> = {
  heic: findHeicDamage,
};

/**
 * Looks for bytes that no encoder writes. Structure alone is read, no pixel is decoded.
 * @throws {ImageError} CORRUPT.
 */
export function requireUndamaged(bytes: Buffer, format: PictureFormat): void {
  const damage = DAMAGE_FINDERS[format]?.(bytes);
  if (damage !== undefined) throw new ImageError('CORRUPT', damage);
}
