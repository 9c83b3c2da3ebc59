import { isZeroFrom } from './zeros.js';

const SIGNATURE_BYTES = 8;
/** Length, type and CRC around each chunk's data. */
const CHUNK_OVERHEAD = 12;

interface Chunk {
  readonly at: number;
  readonly type: string;
  /** Behind the chunk; beyond the file where the file is cut. */
  readonly end: number;
}

/** The chunks up to the end of the file, or to bytes that are no chunk; the type of those is no word. */
function* chunksOf(png: Buffer): Iterable<Chunk> {
  for (let at = SIGNATURE_BYTES; at + CHUNK_OVERHEAD <= png.length;) {
    const type = png.toString('latin1', at + 4, at + 8);
    const end = at + CHUNK_OVERHEAD + png.readUInt32BE(at);
    yield { at, type, end };
    at = end;
  }
}

/**
 * Steps from chunk to chunk to IEND, which must be whole.
 * @returns what is missing, or undefined for a whole file and for damage that the decoder should name.
 */
export function findPngTruncation(bytes: Buffer): string | undefined {
  for (const { at, type, end } of chunksOf(bytes)) {
    if (!/^[A-Za-z]{4}$/.test(type))
      return isZeroFrom(bytes, at + 4) ? 'the PNG ends in zero bytes' : undefined;
    if (end > bytes.length) return `the PNG ends inside its ${type} chunk`;
    if (type === 'IEND') return undefined;
  }
  return 'the PNG has no IEND chunk';
}

/**
 * The file with its EXIF in front of the pixels. ImageMagick writes it behind them, as the specification (PNG, third
 * edition, 11.3.4.5) allows, where libvips does not look for it. Of EXIF in text chunks and of XMP the specification says
 * nothing, and browsers do not turn a picture by them.
 */
export function pngWithExifInFront(png: Buffer): Buffer {
  let pixels: number | undefined;
  for (const { at, type, end } of chunksOf(png)) {
    if (type === 'IDAT') pixels ??= at;
    if (type !== 'eXIf') continue;
    if (pixels === undefined || end > png.length) break;
    return Buffer.concat([
      png.subarray(0, pixels),
      png.subarray(at, end),
      png.subarray(pixels, at),
      png.subarray(end),
    ]);
  }
  return png;
}
