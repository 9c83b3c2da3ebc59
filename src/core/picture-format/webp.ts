import { isZeroFrom } from './zeros.js';

const RIFF_HEADER_BYTES = 12;
const CHUNK_HEADER_BYTES = 8;

/**
 * Compares the length in the RIFF header with the file's, and looks for chunks that were never written.
 * @returns what is missing, or undefined for a whole file.
 */
export function findWebpTruncation(bytes: Buffer): string | undefined {
  const end = riffEnd(bytes);
  if (end > bytes.length) return `the WebP holds ${bytes.length} of ${end} bytes`;
  for (const { at, type } of chunksIn(bytes, RIFF_HEADER_BYTES, end)) {
    if (type === '\0\0\0\0') return isZeroFrom(bytes, at) ? 'the WebP ends in zero bytes' : undefined;
  }
  return undefined;
}

/** Coded pixels: lossy, lossless, and the transparency of lossy ones. */
const STREAM = /^(?:VP8 |VP8L|ALPH)$/;
/** So many zeros in a row are a flat area or damage. Photos have next to none, and need no second look. */
const ZEROS = Buffer.alloc(32);
/** Whatever libwebp writes, its decoder misses the last 4 bytes of each stream: twice that. */
const LAST_BYTES = 8;
/** Of `VP8X`. */
const ALPHA_FLAG = 0x10;
/** Of `ANMF`: what comes before the chunks of a frame, and where the size of the frame is in it. */
const FRAME_HEADER_BYTES = 16;
const FRAME_SIZE_AT = 6;

/** A picture that lacks the last bytes of one of its streams. */
export interface Shortened {
  readonly webp: Buffer;
  /** Whether zeros are the last that the whole stream has. */
  readonly endsInZeros: boolean;
}

/**
 * A decoder reads a stream to its end and no further; that is all that tells a sound one with many zeros, as flat areas
 * give, from one in which zeros took the place of data: by those it comes out of step, and is done sooner or later. Later
 * is an error of libwebp. To see that it is done sooner, let it decode these: that must fail.
 * @returns one file for each stream of the picture shown (the first frame) that has a run of zeros.
 */
export function* withoutLastBytes(webp: Buffer): Iterable<Shortened> {
  if (!webp.includes(ZEROS)) return;
  const shown = shownChunks(webp);
  for (const chunk of shown) {
    const { type, content } = chunk;
    if (!STREAM.test(type) || isRaw(chunk) || !content.includes(ZEROS)) continue;
    const shortened = { ...chunk, content: content.subarray(0, -LAST_BYTES) };
    yield {
      webp: riff(shown.map((each) => (each === chunk ? shortened : each))),
      endsInZeros: isZeroFrom(content, content.length - ZEROS.length),
    };
  }
}

/** Whether transparency is stored as it is, a byte a pixel. */
function isRaw({ type, content }: Chunk): boolean {
  return type === 'ALPH' && ((content[0] ?? 0) & 3) === 0;
}

/** The chunks of a still picture: of the file, or of its first frame. */
function shownChunks(webp: Buffer): Chunk[] {
  const chunks = [...chunksIn(webp, RIFF_HEADER_BYTES, riffEnd(webp))];
  const frame = chunks.find(({ type }) => type === 'ANMF')?.content;
  const streams = frame ? [...chunksIn(frame, FRAME_HEADER_BYTES, frame.length)] : chunks;
  const header = chunks.find(({ type }) => type === 'VP8X');
  if (!header) return streams;
  const content = Buffer.from(header.content);
  content.fill((content[0] ?? 0) & ALPHA_FLAG, 0, 1);
  frame?.copy(content, 4, FRAME_SIZE_AT, FRAME_SIZE_AT + 6);
  return [{ ...header, content }, ...streams.filter(({ type }) => STREAM.test(type))];
}

interface Chunk {
  readonly at: number;
  readonly type: string;
  readonly content: Buffer;
}

/** Where the RIFF header says that the file ends. */
const riffEnd = (webp: Buffer): number => CHUNK_HEADER_BYTES + webp.readUInt32LE(4);

function* chunksIn(bytes: Buffer, from: number, end: number): Iterable<Chunk> {
  for (let at = from; at + CHUNK_HEADER_BYTES <= Math.min(end, bytes.length);) {
    const start = at + CHUNK_HEADER_BYTES;
    const size = bytes.readUInt32LE(at + 4);
    yield { at, type: bytes.toString('latin1', at, at + 4), content: bytes.subarray(start, start + size) };
    // Chunks start at even offsets.
    at = start + size + (size % 2);
  }
}

function riff(chunks: readonly Chunk[]): Buffer {
  const parts = chunks.flatMap(({ type, content }) => {
    const head = Buffer.from(`${type}\0\0\0\0`, 'latin1');
    head.writeUInt32LE(content.length, 4);
    return [head, content, Buffer.alloc(content.length % 2)];
  });
  const file = Buffer.concat([Buffer.from('RIFF\0\0\0\0WEBP', 'latin1'), ...parts]);
  file.writeUInt32LE(file.length - CHUNK_HEADER_BYTES, 4);
  return file;
}
