/** Bytes of one value by field type, 1 (BYTE) to 13 (IFD), then 16 to 18 (the 64-bit types of BigTIFF). */
const VALUE_BYTES = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8];

/** Tags of TIFF 6.0 and its supplements that decide what the pixels are. */
export const TAG = {
  imageWidth: 256,
  imageLength: 257,
  bitsPerSample: 258,
  compression: 259,
  photometric: 262,
  fillOrder: 266,
  stripOffsets: 273,
  orientation: 274,
  samplesPerPixel: 277,
  rowsPerStrip: 278,
  stripByteCounts: 279,
  planarConfiguration: 284,
  t4Options: 292,
  t6Options: 293,
  predictor: 317,
  colourMap: 320,
  tileWidth: 322,
  tileLength: 323,
  tileOffsets: 324,
  tileByteCounts: 325,
  inkSet: 332,
  extraSamples: 338,
  sampleFormat: 339,
  jpegTables: 347,
  ycbcrCoefficients: 529,
  ycbcrSubSampling: 530,
  ycbcrPositioning: 531,
  referenceBlackWhite: 532,
  iccProfile: 34_675,
} as const;

/** Of `planarConfiguration`: every channel has strips or tiles of its own. */
export const SEPARATE_PLANES = 2;

/** Byte order and word size of a file: classic TIFF has 32-bit offsets, BigTIFF 64-bit ones. */
export interface Layout {
  readonly bytes: Buffer;
  readonly littleEndian: boolean;
  readonly big: boolean;
}

/** Values of one tag. */
export interface Entry {
  /** Offset of the entry in its directory. */
  readonly at: number;
  /** Bytes of one value. */
  readonly size: number;
  readonly count: number;
  /** Offset of the first value, inside the directory when all fit there, and of the byte after the last. */
  readonly start: number;
  readonly end: number;
}

/** One page: where its values are, and where the next page's directory is (0 for none). */
export interface Directory {
  /** Bytes of the directory itself, its values elsewhere not included. */
  readonly length: number;
  /** By tag. Of a doubled tag the first entry counts, as in libtiff. */
  readonly entries: ReadonlyMap<number, Entry>;
  /** Whether the tags ascend, as the standard wants it, and none is doubled. */
  readonly isSorted: boolean;
  readonly next: number;
}

export function layoutOf(bytes: Buffer): Layout {
  return { bytes, littleEndian: bytes[0] === 0x49, big: (bytes[2] ?? 0) + (bytes[3] ?? 0) === 43 };
}

/** Offset of the first page's directory. @throws {RangeError} when the header is not whole. */
export function firstDirectory(layout: Layout): number {
  return layout.big ? read(layout, 8, 8) : read(layout, 4, 4);
}

/** @throws {RangeError} when the directory leaves the file. */
export function readDirectory(layout: Layout, start: number): Directory {
  const word = layout.big ? 8 : 4;
  const countBytes = layout.big ? 8 : 2;
  const entryBytes = 4 + 2 * word;
  const count = read(layout, start, countBytes);
  const end = start + countBytes + count * entryBytes;
  // Read first: the link ends the directory, and in many files the file.
  const next = read(layout, end, word);
  const entries = new Map<number, Entry>();
  let [last, isSorted] = [-1, true];
  for (let at = start + countBytes; at < end; at += entryBytes) {
    const tag = read(layout, at, 2);
    if (!entries.has(tag)) entries.set(tag, readEntry(layout, at));
    isSorted &&= tag > last;
    last = tag;
  }
  return { length: end + word - start, entries, isSorted, next };
}

function readEntry(layout: Layout, at: number): Entry {
  const word = layout.big ? 8 : 4;
  const size = VALUE_BYTES[read(layout, at + 2, 2)] ?? 0;
  const count = read(layout, at + 4, word);
  const field = at + 4 + word;
  const start = size * count <= word ? field : read(layout, field, word);
  return { at, size, count, start, end: start + size * count };
}

/** The first value of a tag; undefined when the directory does not have it. @throws {RangeError} outside the file. */
export function firstValue(layout: Layout, entry: Entry | undefined): number | undefined {
  return entry && entry.count > 0 ? read(layout, entry.start, Math.min(entry.size, 8)) : undefined;
}

/** The values of a tag, the first `most` of them. @throws {RangeError} outside the file. */
export function valuesOf(layout: Layout, entry: Entry | undefined, most = Infinity): number[] {
  const values: number[] = [];
  if (entry === undefined) return values;
  const size = Math.min(entry.size, 8);
  for (let i = 0; i < Math.min(entry.count, most); i += 1)
    values.push(read(layout, entry.start + i * size, size));
  return values;
}

/** The values of a tag that are pairs of 32 bits, the first `most` of them. @throws {RangeError} outside the file. */
export function rationalsOf(layout: Layout, entry: Entry | undefined, most: number): number[] {
  if (entry?.size !== 8) return [];
  return Array.from({ length: Math.min(entry.count, most) }, (_, i) => {
    const at = entry.start + i * entry.size;
    return read(layout, at, 4) / read(layout, at + 4, 4);
  });
}

/** @throws {RangeError} outside the file. */
export function read({ bytes, littleEndian }: Layout, at: number, size: number): number {
  if (size === 8) return Number(littleEndian ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at));
  return littleEndian ? bytes.readUIntLE(at, size) : bytes.readUIntBE(at, size);
}
