/** Tags that say where the pixels are (TIFF 6.0): offsets and byte counts of strips or of tiles. */
const STRIP_OFFSETS = 273;
const STRIP_BYTE_COUNTS = 279;
const TILE_OFFSETS = 324;
const TILE_BYTE_COUNTS = 325;

/** Bytes of one value by field type, for the types that hold offsets and counts: SHORT, LONG, LONG8. */
const VALUE_BYTES: Readonly<Record<number, number>> = { 3: 2, 4: 4, 16: 8 };

/** Byte order and word size of a file: classic TIFF has 32-bit offsets, BigTIFF 64-bit ones. */
interface Layout {
  readonly bytes: Buffer;
  readonly littleEndian: boolean;
  readonly big: boolean;
}

interface Entry {
  readonly size: number;
  readonly count: number;
  /** Offset of the values, inside the entry when they fit there. */
  readonly values: number;
}

/**
 * Checks that the first directory and every strip or tile that it names lie inside the file.
 * @returns what is missing, or undefined for a whole file and for damage that the decoder should name.
 */
export function findTiffTruncation(bytes: Buffer): string | undefined {
  const layout = { bytes, littleEndian: bytes[0] === 0x49, big: (bytes[2] ?? 0) + (bytes[3] ?? 0) === 43 };
  try {
    const entries = readDirectory(layout);
    if (entries === undefined) return 'the TIFF ends in zero bytes';
    const wanted = Math.max(
      lastByte(layout, entries.get(STRIP_OFFSETS), entries.get(STRIP_BYTE_COUNTS)),
      lastByte(layout, entries.get(TILE_OFFSETS), entries.get(TILE_BYTE_COUNTS)),
    );
    return wanted > bytes.length ? `the TIFF holds ${bytes.length} of ${wanted} bytes` : undefined;
  } catch (error) {
    if (error instanceof RangeError) return 'the TIFF ends before its directory';
    throw error;
  }
}

/** @throws {RangeError} when the directory leaves the file. */
function readDirectory(layout: Layout): ReadonlyMap<number, Entry> | undefined {
  const { big } = layout;
  const start = big ? read(layout, 8, 8) : read(layout, 4, 4);
  const count = read(layout, start, big ? 8 : 2);
  if (count === 0) return undefined;
  const entryBytes = big ? 20 : 12;
  const first = start + (big ? 8 : 2);
  const entries = new Map<number, Entry>();
  for (let at = first; at < first + count * entryBytes; at += entryBytes) {
    const size = VALUE_BYTES[read(layout, at + 2, 2)];
    const valueCount = read(layout, at + 4, big ? 8 : 4);
    const field = at + (big ? 12 : 8);
    const word = big ? 8 : 4;
    const inline = size !== undefined && size * valueCount <= word;
    const values = inline ? field : read(layout, field, word);
    if (size !== undefined) entries.set(read(layout, at, 2), { size, count: valueCount, values });
  }
  return entries;
}

/** End of the piece of image data that ends last; 0 when the directory names none. */
function lastByte(layout: Layout, offsets: Entry | undefined, counts: Entry | undefined): number {
  if (offsets === undefined || counts === undefined) return 0;
  let last = 0;
  for (let i = 0; i < Math.min(offsets.count, counts.count); i += 1) {
    const offset = read(layout, offsets.values + i * offsets.size, offsets.size);
    const bytes = read(layout, counts.values + i * counts.size, counts.size);
    last = Math.max(last, offset + bytes);
  }
  return last;
}

/** @throws {RangeError} outside the file. */
function read({ bytes, littleEndian }: Layout, at: number, size: number): number {
  if (size === 8) return Number(littleEndian ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at));
  return littleEndian ? bytes.readUIntLE(at, size) : bytes.readUIntBE(at, size);
}
