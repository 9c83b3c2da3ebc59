import { hasZeroTail, isZeroFrom } from './zeros.js';

const RIFF_HEADER_BYTES = 12;
const CHUNK_HEADER_BYTES = 8;
/** Chunks with pixels: lossy, lossless, and a frame of an animation. */
const PIXELS = /^(?:VP8 |VP8L|ANMF)$/;
/** libwebp's coders end in at most 3 zero bytes, blank pictures of 160 megapixels included. */
const ZERO_TAIL_BYTES = 64;
const UNWRITTEN = 'the WebP ends in zero bytes';

/**
 * Compares the length in the RIFF header with the file's, and looks at the end of each chunk of pixels: a file of the
 * right length can still have an unwritten end, which libwebp decodes into a smear.
 * @returns what is missing, or undefined for a whole file.
 */
export function findWebpTruncation(bytes: Buffer): string | undefined {
  const end = CHUNK_HEADER_BYTES + bytes.readUInt32LE(4);
  if (end > bytes.length) return `the WebP holds ${bytes.length} of ${end} bytes`;
  let at = RIFF_HEADER_BYTES;
  while (at + CHUNK_HEADER_BYTES <= end) {
    const type = bytes.toString('latin1', at, at + 4);
    if (type === '\0\0\0\0') return isZeroFrom(bytes, at) ? UNWRITTEN : undefined;
    const start = at + CHUNK_HEADER_BYTES;
    const size = bytes.readUInt32LE(at + 4);
    if (PIXELS.test(type) && hasZeroTail(bytes.subarray(start, start + size), ZERO_TAIL_BYTES))
      return UNWRITTEN;
    // Chunks start at even offsets.
    at = start + size + (size % 2);
  }
  return undefined;
}
