/** Tags that say where the pixels are (TIFF 6.0): offsets and byte counts of strips or of tiles. */
const STRIP_OFFSETS = 273;
const STRIP_BYTE_COUNTS = 279;
const TILE_OFFSETS = 324;
const TILE_BYTE_COUNTS = 325;

/** Bytes of one value by field type, 1 (BYTE) to 13 (IFD), then 16 to 18 (the 64-bit types of BigTIFF). */
const VALUE_BYTES = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8];

/** Private tags begin here: other programs' values may point anywhere. */
const FIRST_PRIVATE_TAG = 32_768;

/** Byte order and word size of a file: classic TIFF has 32-bit offsets, BigTIFF 64-bit ones. */
interface Layout {
  readonly bytes: Buffer;
  readonly littleEndian: boolean;
  readonly big: boolean;
}

/** Values of one tag. */
interface Entry {
  /** Bytes of one value. */
  readonly size: number;
  readonly count: number;
  /** Offset of the first value, inside the directory when all fit there, and of the byte after the last. */
  readonly start: number;
  readonly end: number;
}

/** One page: where its values are, and where the next page's directory is (0 for none). */
interface Directory {
  readonly entries: ReadonlyMap<number, Entry>;
  readonly next: number;
}

/**
 * Checks that every directory and every strip or tile that it names lie inside the file. All pages count: the decoder
 * opens none when the list of pages is broken.
 * @returns what is missing, or undefined for a whole file and for damage that the decoder should name.
 */
export function findTiffTruncation(bytes: Buffer): string | undefined {
  const layout = { bytes, littleEndian: bytes[0] === 0x49, big: (bytes[2] ?? 0) + (bytes[3] ?? 0) === 43 };
  try {
    const visited = new Set<number>();
    for (let at = layout.big ? read(layout, 8, 8) : read(layout, 4, 4); at !== 0 && !visited.has(at);) {
      visited.add(at);
      const { entries, next } = readDirectory(layout, at);
      if (entries.size === 0) return 'the TIFF ends in zero bytes';
      const wanted = Math.max(
        lastValue(entries),
        lastByte(layout, entries.get(STRIP_OFFSETS), entries.get(STRIP_BYTE_COUNTS)),
        lastByte(layout, entries.get(TILE_OFFSETS), entries.get(TILE_BYTE_COUNTS)),
      );
      if (wanted > bytes.length) return `the TIFF holds ${bytes.length} of ${wanted} bytes`;
      at = next;
    }
    return visited.size === 0 ? 'the TIFF has no directory' : undefined;
  } catch (error) {
    if (error instanceof RangeError) return 'the TIFF ends before its directory';
    throw error;
  }
}

/** @throws {RangeError} when the directory leaves the file. */
function readDirectory(layout: Layout, start: number): Directory {
  const word = layout.big ? 8 : 4;
  const countBytes = layout.big ? 8 : 2;
  const entryBytes = 4 + 2 * word;
  const count = read(layout, start, countBytes);
  const end = start + countBytes + count * entryBytes;
  // Read first: the link ends the directory, and in many files the file.
  const next = read(layout, end, word);
  const entries = new Map<number, Entry>();
  for (let at = start + countBytes; at < end; at += entryBytes) {
    entries.set(read(layout, at, 2), readEntry(layout, at));
  }
  return { entries, next };
}

function readEntry(layout: Layout, at: number): Entry {
  const word = layout.big ? 8 : 4;
  const size = VALUE_BYTES[read(layout, at + 2, 2)] ?? 0;
  const count = read(layout, at + 4, word);
  const field = at + 4 + word;
  const start = size * count <= word ? field : read(layout, field, word);
  return { size, count, start, end: start + size * count };
}

/** End of the public tag whose values lie furthest back. */
function lastValue(entries: ReadonlyMap<number, Entry>): number {
  let last = 0;
  for (const [tag, { end }] of entries) if (tag < FIRST_PRIVATE_TAG) last = Math.max(last, end);
  return last;
}

/** End of the piece of image data that ends last; 0 when the directory names none. */
function lastByte(layout: Layout, offsets: Entry | undefined, counts: Entry | undefined): number {
  if (offsets === undefined || counts === undefined) return 0;
  let last = 0;
  for (let i = 0; i < Math.min(offsets.count, counts.count); i += 1) {
    const offset = read(layout, offsets.start + i * offsets.size, offsets.size);
    const bytes = read(layout, counts.start + i * counts.size, counts.size);
    last = Math.max(last, offset + bytes);
  }
  return last;
}

/** @throws {RangeError} outside the file. */
function read({ bytes, littleEndian }: Layout, at: number, size: number): number {
  if (size === 8) return Number(littleEndian ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at));
  return littleEndian ? bytes.readUIntLE(at, size) : bytes.readUIntBE(at, size);
}
