import { ImageError } from '../../errors.js';
import {
  type Directory,
  type Entry,
  firstDirectory,
  firstValue,
  type Layout,
  layoutOf,
  readDirectory,
  TAG,
  valuesOf,
} from './tiff-directory.js';
import { tiffKind, type TiffKind } from './tiff-kind.js';

const NEW_SUBFILE_TYPE = 254;
const SUBFILE_TYPE = 255;
const MAKE = 271;
const SUB_IFDS = 330;
/** Every DNG has it in its first directory. */
const DNG_VERSION = 50_706;

/** Bits of `NewSubfileType`: a reduced copy of another picture of the file, and a transparency mask. */
const REDUCED = 1;
const MASK = 4;
/** Of the older `SubfileType`. */
const OLD_REDUCED = 2;

/** Values of `photometric` for what comes from a sensor: one colour a pixel, or the sensor's own three. */
const RAW_COLOURS = [32_803, 34_892];

/** TIFF's header and Canon's own, which is between it and the first directory. */
const CR2_HEADER = Buffer.from('II*\0\x10\0\0\0CR\x02', 'latin1');

/** Directories that are looked at; raw files have fewer than ten. */
const MAX_DIRECTORIES = 100;

/** The picture of a TIFF file. */
export interface TiffPage extends TiffKind {
  readonly directory: Directory;
  /** Whether decoders come to it first. */
  readonly isFirst: boolean;
}

/**
 * Finds the page that is the picture: the first one, unless it calls itself a reduced copy and there is a larger one
 * that does not. Its work is bounded only once `findTiffOverlap` has passed the file.
 *
 * @returns undefined where the first directory cannot be read: the decoder names what is wrong.
 * @throws {ImageError} UNSUPPORTED_FORMAT for camera raw files and for kinds that cannot be decoded.
 */
export function findTiffPage(bytes: Buffer): TiffPage | undefined {
  const layout = layoutOf(bytes);
  try {
    const [first, ...others] = directoriesOf(layout);
    if (!first) return undefined;
    const reduced = isReduced(layout, first.directory);
    requireNoRaw(layout, first.directory, reduced ? others : others.filter(({ ofFirst }) => ofFirst));
    const size = pixelsOf(layout, first.directory);
    const full = reduced
      ? others.find(({ directory }) => !isReduced(layout, directory) && pixelsOf(layout, directory) > size)
      : undefined;
    const directory = full ? withOrientation(full.directory, first.directory) : first.directory;
    const kind = tiffKind(layout, directory.entries);
    const alone =
      reduced && !full ? ['the TIFF calls its picture a reduced copy: the full one is not in it'] : [];
    return { ...kind, directory, isFirst: !full, warnings: [...kind.warnings, ...alone] };
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

interface Found {
  readonly directory: Directory;
  /** Whether the first page names it as one of its own. */
  readonly ofFirst: boolean;
}

/** The pages, each with the directories that it names in front of the next. Those behind damage are left out. */
function directoriesOf(layout: Layout): Found[] {
  const found: Found[] = [];
  const visited = new Set<number>();
  let length = 0;
  const visit = (at: number, ofFirst: boolean): Directory | undefined => {
    if (at === 0 || visited.has(at) || found.length >= MAX_DIRECTORIES || length > layout.bytes.length)
      return undefined;
    visited.add(at);
    try {
      const directory = readDirectory(layout, at);
      length += directory.length;
      found.push({ directory, ofFirst });
      for (const child of valuesOf(layout, directory.entries.get(SUB_IFDS), MAX_DIRECTORIES))
        visit(child, ofFirst);
      return directory;
    } catch (error) {
      if (error instanceof RangeError) return undefined;
      throw error;
    }
  };
  for (let next = visit(firstDirectory(layout), true)?.next; next !== undefined;)
    next = visit(next, false)?.next;
  return found;
}

/** @throws {ImageError} UNSUPPORTED_FORMAT where the file is a camera's raw file, or one of these is of a sensor. */
function requireNoRaw(layout: Layout, first: Directory, others: readonly Found[]): void {
  const { bytes } = layout;
  const isRaw = [first, ...others.map(({ directory }) => directory)].some(({ entries }) =>
    RAW_COLOURS.includes(firstValue(layout, entries.get(TAG.photometric)) ?? -1),
  );
  const name = first.entries.has(DNG_VERSION)
    ? 'DNG'
    : bytes.subarray(0, CR2_HEADER.length).equals(CR2_HEADER)
      ? 'CR2'
      : isRaw
        ? textOf(layout, first.entries.get(MAKE))
        : undefined;
  if (name === undefined) return;
  throw new ImageError(
    'UNSUPPORTED_FORMAT',
    `camera raw files${name === '' ? '' : ` (${name})`} cannot be decoded`,
  );
}

const LONGEST_MAKE = 40;

function textOf({ bytes }: Layout, entry: Entry | undefined): string {
  if (!entry) return '';
  const text = bytes.toString('latin1', entry.start, Math.min(entry.end, entry.start + LONGEST_MAKE));
  return text.replace(/[^\x20-\x7e].*/s, '').trim();
}

function isReduced(layout: Layout, { entries }: Directory): boolean {
  const kind = firstValue(layout, entries.get(NEW_SUBFILE_TYPE)) ?? 0;
  return (kind & (REDUCED | MASK)) !== 0 || firstValue(layout, entries.get(SUBFILE_TYPE)) === OLD_REDUCED;
}

/** 0 without pixels. */
function pixelsOf(layout: Layout, { entries }: Directory): number {
  if (!entries.has(TAG.stripOffsets) && !entries.has(TAG.tileOffsets)) return 0;
  const [width = 0, height = 0] = [TAG.imageWidth, TAG.imageLength].map((tag) =>
    firstValue(layout, entries.get(tag)),
  );
  return width * height;
}

/** A picture without a word of its own is turned as the one that it is the full copy of. */
function withOrientation(directory: Directory, first: Directory): Directory {
  const orientation = first.entries.get(TAG.orientation);
  if (!orientation || directory.entries.has(TAG.orientation)) return directory;
  return { ...directory, entries: new Map([...directory.entries, [TAG.orientation, orientation]]) };
}
