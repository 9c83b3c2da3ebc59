import { ImageError } from '../../errors.js';

/** How the pixels of a BMP are kept. */
export type BmpCoding = 'rows' | 'rle';

/** What the headers of a BMP say, checked against each other and the length of the file. */
export interface BmpHeader {
  /** In pixels, 1 or more. */
  readonly width: number;
  readonly height: number;
  /** Rows come from the top; usually from the bottom. */
  readonly topDown: boolean;
  readonly bits: 1 | 4 | 8 | 16 | 24 | 32;
  readonly coding: BmpCoding;
  /** Bits of red, green and blue in a pixel of 16 or 32 bits. */
  readonly masks: readonly [number, number, number];
  /** Of a pixel of 8 bits or less: where its colours are, in entries of 3 or 4 bytes, blue first. */
  readonly palette: { readonly at: number; readonly count: number; readonly entryBytes: number };
  /** Where the pixels begin. */
  readonly pixelsAt: number;
}

/** Of the header that every file begins with. */
const FILE_HEADER = 14;
/** Size of the oldest header, of OS/2 1 and Windows 2: its sides have 16 bits and its colours 3 bytes. */
const CORE_HEADER = 12;
/** Size of Windows 3's header. */
const INFO_HEADER = 40;
/** Windows' headers from this size on hold the masks themselves. */
const MASKS_HEADER = 52;
/** Sizes of OS/2 2's header: there, 3 and 4 are other codings. */
const OS2_HEADERS = [16, 64];

/** Values of `biCompression` (Windows' `wingdi.h`). */
const BI_RGB = 0;
const BI_RLE8 = 1;
const BI_RLE4 = 2;
const BI_BITFIELDS = 3;
const BI_ALPHABITFIELDS = 6;

const MASKS_16 = [0x7c00, 0x03e0, 0x001f] as const;
const MASKS_32 = [0xff0000, 0x00ff00, 0x0000ff] as const;

/**
 * Reads the headers of a BMP file.
 *
 * @param bytes what `identifyFormat` takes for a BMP: 18 bytes or more.
 * @throws {ImageError} TRUNCATED, CORRUPT, or UNSUPPORTED_FORMAT for codings that no program here writes.
 */
export function readBmpHeader(bytes: Buffer): BmpHeader {
  const headerSize = bytes.readUInt32LE(FILE_HEADER);
  const headerEnd = FILE_HEADER + headerSize;
  if (headerEnd > bytes.length) throw new ImageError('TRUNCATED', 'the BMP ends inside its header');
  const core = headerSize === CORE_HEADER;
  const size = core
    ? { width: bytes.readUInt16LE(18), height: bytes.readUInt16LE(20) }
    : { width: bytes.readInt32LE(18), height: bytes.readInt32LE(22) };
  const bits = depthOf(bytes.readUInt16LE(core ? 24 : 28));
  const compression = headerSize >= INFO_HEADER ? bytes.readUInt32LE(30) : BI_RGB;
  const coding = codingOf(compression, bits, OS2_HEADERS.includes(headerSize));
  if (size.width <= 0 || size.height === 0) throw new ImageError('CORRUPT', 'the BMP has no pixels');
  // Behind the shortest of Windows' headers the masks stand for themselves.
  const maskBytes = headerSize === INFO_HEADER ? (MASK_BYTES[compression] ?? 0) : 0;
  const colours = headerSize >= INFO_HEADER ? bytes.readUInt32LE(46) : 0;
  const said = {
    width: size.width,
    height: Math.abs(size.height),
    topDown: size.height < 0,
    bits,
    coding,
    masks: masksOf(bytes, bits, compression, headerSize),
    palette: {
      at: headerEnd + maskBytes,
      count: bits > 8 ? 0 : Math.min(colours === 0 ? Infinity : colours, 2 ** bits),
      entryBytes: core ? 3 : 4,
    },
    pixelsAt: bytes.readUInt32LE(10),
  } satisfies BmpHeader;
  const header = { ...said, pixelsAt: pixelsOf(bytes, said, headerEnd) };
  requirePlaces(bytes, header);
  return header;
}

function depthOf(bits: number): BmpHeader['bits'] {
  switch (bits) {
    case 1:
    case 4:
    case 8:
    case 16:
    case 24:
    case 32:
      return bits;
    default:
      throw new ImageError('UNSUPPORTED_FORMAT', `BMP files of ${bits} bits a pixel cannot be decoded`);
  }
}

const MASK_BYTES: Readonly<Record<number, number>> = { [BI_BITFIELDS]: 12, [BI_ALPHABITFIELDS]: 16 };

function codingOf(compression: number, bits: number, os2: boolean): BmpCoding {
  if (compression === BI_RGB) return 'rows';
  if ((compression === BI_RLE8 && bits === 8) || (compression === BI_RLE4 && bits === 4)) return 'rle';
  if (compression in MASK_BYTES && (bits === 16 || bits === 32) && !os2) return 'rows';
  throw new ImageError(
    'UNSUPPORTED_FORMAT',
    `BMP files of compression ${compression} with ${bits} bits a pixel cannot be decoded`,
  );
}

function masksOf(bytes: Buffer, bits: number, compression: number, headerSize: number): BmpHeader['masks'] {
  if (!(compression in MASK_BYTES)) return bits === 16 ? MASKS_16 : MASKS_32;
  const at = FILE_HEADER + INFO_HEADER;
  if (headerSize < MASKS_HEADER && at + 12 > bytes.length)
    throw new ImageError('TRUNCATED', 'the BMP ends inside its header');
  return [bytes.readUInt32LE(at), bytes.readUInt32LE(at + 4), bytes.readUInt32LE(at + 8)];
}

/** Bytes of a row, with what fills it up to a multiple of four. */
export function bmpStride({ width, bits }: Pick<BmpHeader, 'width' | 'bits'>): number {
  return Math.ceil((width * bits) / 32) * 4;
}

/**
 * Some programs forget the palette, or the masks, when they say where the pixels begin. 0 is no place, and where the
 * palette would begin there is one: then the pixels stand behind it, as other readers have it (Pillow). So they do where
 * that makes the rows end with the file.
 */
function pixelsOf(
  bytes: Buffer,
  { palette, pixelsAt, coding, ...header }: BmpHeader,
  headerEnd: number,
): number {
  const behind = palette.at + palette.count * palette.entryBytes;
  const forgotten = pixelsAt === 0 || (pixelsAt === palette.at && palette.count > 0);
  const fits =
    coding === 'rows' && pixelsAt >= headerEnd && behind + bmpStride(header) * header.height === bytes.length;
  return forgotten || (pixelsAt < behind && fits) ? behind : pixelsAt;
}

/** @throws {ImageError} CORRUPT when the pixels would begin inside the headers, TRUNCATED when the file is too short. */
function requirePlaces(bytes: Buffer, header: BmpHeader): void {
  const { palette, pixelsAt, height, width, bits, coding } = header;
  if (pixelsAt > bytes.length) throw new ImageError('TRUNCATED', 'the BMP ends in front of its pixels');
  // Fewer colours than the header promises are no fault: the pixels may get by with them.
  if (pixelsAt < palette.at) throw new ImageError('CORRUPT', 'the pixels of the BMP begin inside its header');
  if (coding === 'rle') return;
  // What fills up the last row is left out by some writers.
  const end = pixelsAt + bmpStride(header) * (height - 1) + Math.ceil((width * bits) / 8);
  if (end > bytes.length) throw new ImageError('TRUNCATED', 'the BMP ends inside its pixels');
}
