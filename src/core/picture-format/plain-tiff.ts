import { ImageError } from '../../errors.js';
import { type Entry, firstValue, type Layout, layoutOf, TAG, valuesOf } from './tiff-directory.js';
import type { TiffPage } from './tiff-page.js';

/** Copied as they are. Where the pixels are, extra channels and orientation are written anew. */
const KEPT = [
  TAG.imageWidth,
  TAG.imageLength,
  TAG.bitsPerSample,
  TAG.compression,
  TAG.photometric,
  TAG.fillOrder,
  TAG.samplesPerPixel,
  TAG.rowsPerStrip,
  TAG.planarConfiguration,
  TAG.t4Options,
  TAG.t6Options,
  TAG.predictor,
  TAG.colourMap,
  TAG.tileWidth,
  TAG.tileLength,
  TAG.inkSet,
  TAG.jpegTables,
  TAG.ycbcrCoefficients,
  TAG.ycbcrSubSampling,
  TAG.ycbcrPositioning,
  TAG.referenceBlackWhite,
  TAG.iccProfile,
] as const;

const SHORT = 3;
const LONG = 4;
const LONG8 = 16;

const BLACK_IS_ZERO = 1;
const RGB = 2;

const LAST_ORIENTATION = 8;

export interface PlainTiff {
  readonly bytes: Buffer;
  /** What was wrong with tags that decide about pixels, each in one line. */
  readonly doubts: readonly string[];
}

/**
 * The file with one more directory at its end, in front of all others, that holds nothing but what decides about the
 * pixels of one page, in order and complete. What libtiff then warns of is about pixels: its warnings of metadata would
 * hide them otherwise.
 *
 * @param plane of separate planes: the one that is to be the whole picture, in grey.
 * @throws {ImageError} CORRUPT when the values of the page are outside the file.
 */
export function plainTiff(file: Buffer, page: TiffPage, plane?: number): PlainTiff {
  try {
    return makePlain(file, page, plane);
  } catch (error) {
    if (error instanceof RangeError) throw new ImageError('CORRUPT', 'the directory of the TIFF is damaged');
    throw error;
  }
}

function makePlain(file: Buffer, page: TiffPage, plane: number | undefined): PlainTiff {
  const layout = layoutOf(file);
  const fields = new Map<number, Buffer>();
  const outside: Buffer[] = [];
  let end = file.length + (file.length % 2);
  const put = (tag: number, values: readonly number[], type = LONG): void => {
    const { entry, more } = madeEntry(layout, tag, type, values, end);
    fields.set(tag, entry);
    outside.push(more);
    end += more.length;
  };
  const { entries, isSorted } = page.directory;
  for (const tag of KEPT) {
    const entry = entries.get(tag);
    if (entry) fields.set(tag, file.subarray(entry.at, entry.at + entryBytes(layout)));
  }
  const pieces = piecesOf(layout, entries);
  for (const { tag, values } of [pieces.offsets, pieces.counts]) {
    const share = values.length / (firstValue(layout, entries.get(TAG.samplesPerPixel)) ?? 1);
    put(
      tag,
      plane === undefined ? values : values.slice(plane * share, (plane + 1) * share),
      layout.big ? LONG8 : LONG,
    );
  }
  const orientation = orientationOf(layout, entries.get(TAG.orientation));
  if (orientation !== undefined) put(TAG.orientation, [orientation], SHORT);
  if (page.extraSamples.length > 0) put(TAG.extraSamples, page.extraSamples, SHORT);
  // A profile is about colours that these samples are not yet.
  if (page.ycbcr || plane !== undefined) fields.delete(TAG.iccProfile);
  if (page.ycbcr) put(TAG.photometric, [RGB], SHORT);
  if (plane !== undefined) {
    put(TAG.photometric, [BLACK_IS_ZERO], SHORT);
    put(TAG.samplesPerPixel, [1], SHORT);
    put(TAG.bitsPerSample, [firstValue(layout, entries.get(TAG.bitsPerSample)) ?? 1], SHORT);
    fields.delete(TAG.extraSamples);
    fields.delete(TAG.planarConfiguration);
  }
  return {
    bytes: assembled(layout, fields, outside, end),
    doubts: [
      ...(isSorted ? [] : ['tags of the TIFF are out of order or doubled']),
      ...([...entries.values()].some((entry) => entry.end > file.length)
        ? ['the TIFF lacks some of its metadata']
        : []),
      ...(pieces.counted ? [] : ['the TIFF does not say how long its strips are']),
    ],
  };
}

const entryBytes = ({ big }: Layout): number => (big ? 20 : 12);

/** An entry, and what has no room in it. @param end where that will be. */
function madeEntry(
  layout: Layout,
  tag: number,
  type: number,
  values: readonly number[],
  end: number,
): { readonly entry: Buffer; readonly more: Buffer } {
  const size = type === SHORT ? 2 : type === LONG ? 4 : 8;
  const content = Buffer.alloc(Math.ceil((values.length * size) / 2) * 2);
  for (const [index, value] of values.entries()) write(layout, content, index * size, size, value);
  const word = layout.big ? 8 : 4;
  const entry = Buffer.alloc(entryBytes(layout));
  write(layout, entry, 0, 2, tag);
  write(layout, entry, 2, 2, type);
  write(layout, entry, 4, word, values.length);
  const inside = content.length <= word;
  if (inside) content.copy(entry, 4 + word);
  else write(layout, entry, 4 + word, word, end);
  return { entry, more: inside ? Buffer.alloc(0) : content };
}

function assembled(
  layout: Layout,
  fields: ReadonlyMap<number, Buffer>,
  outside: readonly Buffer[],
  end: number,
): Buffer {
  const { bytes: file, big } = layout;
  const count = Buffer.alloc(big ? 8 : 2);
  write(layout, count, 0, count.length, fields.size);
  const sorted = [...fields].sort(([a], [b]) => a - b).map(([, entry]) => entry);
  const next = Buffer.alloc(big ? 8 : 4);
  const whole = Buffer.concat([file, Buffer.alloc(file.length % 2), ...outside, count, ...sorted, next]);
  write(layout, whole, big ? 8 : 4, next.length, end);
  return whole;
}

interface Pieces {
  readonly offsets: { readonly tag: number; readonly values: readonly number[] };
  readonly counts: { readonly tag: number; readonly values: readonly number[] };
  /** Whether the file says how long every piece is. */
  readonly counted: boolean;
}

/** Strips or tiles. One whose length the file does not say reaches to the next one, or to the end of the file. */
function piecesOf(layout: Layout, entries: ReadonlyMap<number, Entry>): Pieces {
  const tiled = entries.has(TAG.tileOffsets);
  const [offsetsTag, countsTag] = tiled
    ? [TAG.tileOffsets, TAG.tileByteCounts]
    : [TAG.stripOffsets, TAG.stripByteCounts];
  const offsets = valuesOf(layout, entries.get(offsetsTag));
  const counts = valuesOf(layout, entries.get(countsTag), offsets.length);
  const counted = offsets.every((offset, i) => offset === 0 || (counts[i] ?? 0) > 0);
  const starts = counted ? [] : [...new Set(offsets)].sort((a, b) => a - b);
  const ends = new Map(starts.map((start, i) => [start, starts[i + 1] ?? layout.bytes.length]));
  const lengthOf = (offset: number): number => (offset === 0 ? 0 : (ends.get(offset) ?? 0) - offset);
  return {
    offsets: { tag: offsetsTag, values: offsets },
    counts: {
      tag: countsTag,
      values: offsets.map((offset, i) =>
        counts[i] === undefined || counts[i] === 0 ? Math.max(0, lengthOf(offset)) : counts[i],
      ),
    },
    counted,
  };
}

/** One value of those that mean something; what else is there counts for nothing, as in libtiff. */
function orientationOf(layout: Layout, entry: Entry | undefined): number | undefined {
  const [value = 0, ...others] = valuesOf(layout, entry, 2);
  return value >= 1 && value <= LAST_ORIENTATION && others.length === 0 ? value : undefined;
}

function write({ littleEndian }: Layout, to: Buffer, at: number, size: number, value: number): void {
  if (size < 8) {
    if (littleEndian) to.writeUIntLE(value, at, size);
    else to.writeUIntBE(value, at, size);
  } else if (littleEndian) to.writeBigUInt64LE(BigInt(value), at);
  else to.writeBigUInt64BE(BigInt(value), at);
}
