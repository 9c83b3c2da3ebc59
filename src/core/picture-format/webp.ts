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
  for (const { at, type, content } of chunksOf(bytes)) {
    if (type === '\0\0\0\0') return isZeroFrom(bytes, at) ? UNWRITTEN : undefined;
    if (PIXELS.test(type) && hasZeroTail(content, ZERO_TAIL_BYTES)) return UNWRITTEN;
  }
  return undefined;
}

/** A lost sector. In 350 pictures of all kinds and qualities the coders of libwebp wrote at most 87 zero bytes in a row. */
const ZEROS = Buffer.alloc(512);

/** Finds a block of zeros inside the pixels. @returns what is wrong, or undefined. */
export function findWebpZeroBlock(bytes: Buffer): string | undefined {
  if (!bytes.includes(ZEROS)) return undefined;
  for (const { type, content } of chunksOf(bytes)) {
    if (PIXELS.test(type) && content.includes(ZEROS))
      return 'the image data of the WebP holds a block of zero bytes';
  }
  return undefined;
}

interface Chunk {
  readonly at: number;
  readonly type: string;
  readonly content: Buffer;
}

/** The chunks inside the length that the RIFF header gives. */
function* chunksOf(bytes: Buffer): Iterable<Chunk> {
  const end = CHUNK_HEADER_BYTES + bytes.readUInt32LE(4);
  for (let at = RIFF_HEADER_BYTES; at + CHUNK_HEADER_BYTES <= Math.min(end, bytes.length);) {
    const start = at + CHUNK_HEADER_BYTES;
    const size = bytes.readUInt32LE(at + 4);
    yield { at, type: bytes.toString('latin1', at, at + 4), content: bytes.subarray(start, start + size) };
    // Chunks start at even offsets.
    at = start + size + (size % 2);
  }
}
