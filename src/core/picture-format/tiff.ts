import {
  type Entry,
  firstDirectory,
  firstValue,
  layoutOf,
  type Layout,
  read,
  readDirectory,
  SEPARATE_PLANES,
  TAG,
} from './tiff-directory.js';

/** Tags that decide what the pixels are. What is lost of the others takes nothing from the picture. */
const PIXEL_TAGS: ReadonlySet<number> = new Set(Object.values(TAG));

/** What libtiff took until version 4.5, when page numbers had 16 bits. */
const MAX_PAGES = 65_535;
/** A million entries, where 16 to 20 a page are usual: reading them takes a fifth of a second. */
const MAX_DIRECTORY_BYTES = 12_000_000;
/** Pages of one size may share their list of byte counts: such sharing may make this many times the file's bytes. */
const SHARED_LISTS = 4;

/**
 * Checks that the pages can be read in a time that grows with the file. Directories that share bytes make minutes of
 * work of a small file, in the decoder too: together they cannot be longer than the file.
 * @returns what is wrong; undefined for a sound file and for directories outside it, which `findTiffTruncation` finds.
 */
export function findTiffOverlap(bytes: Buffer): string | undefined {
  const layout = layoutOf(bytes);
  const visited = new Set<number>();
  let [directoryBytes, listBytes] = [0, 0];
  try {
    for (let at = firstDirectory(layout); at !== 0 && !visited.has(at);) {
      visited.add(at);
      const { entries, length, next } = readDirectory(layout, at);
      directoryBytes += length;
      for (const tag of [TAG.stripOffsets, TAG.tileOffsets]) listBytes += bytesOf(entries.get(tag));
      if (directoryBytes > bytes.length) return 'the directories of the TIFF overlap';
      if (listBytes > SHARED_LISTS * bytes.length) return 'the lists of strips of the TIFF overlap';
      if (visited.size > MAX_PAGES) return `the TIFF has more than ${MAX_PAGES} pages`;
      if (directoryBytes > MAX_DIRECTORY_BYTES) return 'the directories of the TIFF are too many to read';
      at = next;
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return undefined;
}

const bytesOf = (entry: Entry | undefined): number => (entry ? entry.size * entry.count : 0);

/**
 * How many bytes the largest strip or tile of the first page takes once it is decompressed: decoders hold one whole.
 * @returns 0 where the file does not say.
 */
export function tiffBlockBytes(bytes: Buffer): number {
  const layout = layoutOf(bytes);
  try {
    const { entries } = readDirectory(layout, firstDirectory(layout));
    const value = (tag: number): number | undefined => firstValue(layout, entries.get(tag));
    const width = value(TAG.tileWidth) ?? value(TAG.imageWidth) ?? 0;
    const height = value(TAG.imageLength) ?? 0;
    const rows = value(TAG.tileLength) ?? Math.min(value(TAG.rowsPerStrip) ?? height, height);
    const samples =
      value(TAG.planarConfiguration) === SEPARATE_PLANES ? 1 : (value(TAG.samplesPerPixel) ?? 1);
    return width * rows * samples * Math.ceil((value(TAG.bitsPerSample) ?? 1) / 8);
  } catch (error) {
    if (error instanceof RangeError) return 0;
    throw error;
  }
}

/**
 * Checks that every directory and every strip or tile that it names lie inside the file. All pages count: the decoder
 * opens none when the list of pages is broken. Its work is bounded only once `findTiffOverlap` has passed the file.
 * @returns what is missing, or undefined for a whole file and for damage that the decoder should name.
 */
export function findTiffTruncation(bytes: Buffer): string | undefined {
  const layout = layoutOf(bytes);
  try {
    const visited = new Set<number>();
    for (let at = firstDirectory(layout); at !== 0 && !visited.has(at);) {
      visited.add(at);
      const { entries, next } = readDirectory(layout, at);
      if (entries.size === 0) return 'the TIFF ends in zero bytes';
      const wanted = Math.max(
        lastValue(entries),
        lastByte(layout, entries.get(TAG.stripOffsets), entries.get(TAG.stripByteCounts)),
        lastByte(layout, entries.get(TAG.tileOffsets), entries.get(TAG.tileByteCounts)),
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

/** End of the values of those tags of pixels that lie furthest back. */
function lastValue(entries: ReadonlyMap<number, Entry>): number {
  let last = 0;
  for (const [tag, { end }] of entries) if (PIXEL_TAGS.has(tag)) last = Math.max(last, end);
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
