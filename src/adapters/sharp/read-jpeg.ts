import { coverageOf, findZeroBlock } from '../../core/picture-format/jpeg-damage.js';
import { hasEnd, rareJpegKind, withEnd } from '../../core/picture-format/jpeg.js';
import { repairJpegHeaders } from '../../core/picture-format/jpeg-repair.js';
import type { Leftover } from '../../core/picture-format/jpeg-leftover.js';
import { countOf } from '../../core/count-of.js';
import { messageOf } from '../../core/thrown.js';
import { ImageError } from '../../errors.js';
import type { Raster } from '../../types.js';

/** Reads pixels and stops at the decoder's first warning, or only at its errors. */
export type ReadPixels = (bytes: Buffer, failOn: 'warning' | 'error') => Promise<Raster>;

export interface ReadJpeg {
  readonly raster: Raster;
  /** What may be wrong with the pixels, each in one line. */
  readonly warnings: readonly string[];
}

export interface HowToRead {
  /** Whether the picture has several scans. */
  readonly interlaced: boolean;
  /** Whether to step over every code of a picture of one scan, to see that none is left over. */
  readonly thorough: boolean;
}

/**
 * libjpeg's word for bytes behind the last block of the last scan. It tells the first warning alone, but here there can
 * be none before and none behind it.
 */
const LEFT_BEFORE_END = /(\d+) extraneous bytes before marker 0xd9/;

/** The same for bytes in front of a restart marker. */
const LEFT_BEFORE_RESTART = /\d+ extraneous bytes before marker 0xd[0-7]/;

/**
 * Reads a JPEG with every warning of libjpeg taken for damage, for it tells but the first one: after a harmless one any
 * other would go unheard. What is harmless is mended first: headers, a missing end marker, bytes left over in front of
 * restart markers. What may have cost blocks is a warning in the record.
 *
 * @throws {ImageError} CORRUPT or TRUNCATED. @throws what `read` throws.
 */
export async function readJpeg(bytes: Buffer, how: HowToRead, read: ReadPixels): Promise<ReadJpeg> {
  if (hasEnd(bytes)) return await readEnded(bytes, how, read);
  const ended = withEnd(bytes);
  const picture = await readEnded(ended, { ...how, mayHaveLeftovers: false }, read);
  if (!(await hasEveryRow(ended, how))) throw lacksEnd();
  return {
    ...picture,
    warnings: [...picture.warnings, 'the JPEG has no end marker, but every row is there'],
  };
}

const lacksEnd = (): ImageError =>
  new ImageError('TRUNCATED', 'the JPEG has no end marker after its last scan');

/** Why libjpeg does not take a file, where that is not damage in the middle. */
export function jpegFault(bytes: Buffer): ImageError | undefined {
  const kind = rareJpegKind(bytes);
  if (kind !== undefined) return new ImageError('UNSUPPORTED_FORMAT', `${kind} files cannot be decoded`);
  return hasEnd(bytes) ? undefined : lacksEnd();
}

/**
 * Whether every row of a picture is there that was read without a warning. Of several scans libjpeg reads all before the
 * first row, and warns of what is missing. Of one scan it is heard only up to the last eight rows: its codes say the rest.
 */
async function hasEveryRow(bytes: Buffer, { interlaced }: HowToRead): Promise<boolean> {
  if (!interlaced) return (await findLeftovers(bytes)) !== undefined;
  const { isHuffman, lacksDetail } = coverageOf(bytes);
  return isHuffman && !lacksDetail;
}

interface HowToReadEnded extends HowToRead {
  /** Whether bytes in front of the end marker may be padding: not where the file ended without one. */
  readonly mayHaveLeftovers?: boolean;
}

async function readEnded(bytes: Buffer, how: HowToReadEnded, read: ReadPixels): Promise<ReadJpeg> {
  const { interlaced, thorough, mayHaveLeftovers = true } = how;
  const doubts = await zeroBlock(bytes);
  try {
    const raster = await read(bytes, 'warning');
    const missing = interlaced ? missingScans(bytes) : thorough ? await lostBlocks(bytes) : [];
    // A block of zeros behind the pixels is left over, too.
    return { raster, warnings: [...new Set([...doubts, ...missing])] };
  } catch (error) {
    const repaired = repairJpegHeaders(bytes);
    if (repaired) return await readEnded(repaired, how, read);
    const message = messageOf(error);
    const [, left] = LEFT_BEFORE_END.exec(message) ?? [];
    // Of one scan they stand where a restart marker should: the rest of the rows is missing.
    if (left !== undefined && interlaced && mayHaveLeftovers) {
      const raster = await read(bytes, 'error');
      return { raster, warnings: [...doubts, ...missingScans(bytes), leftoverWarning(Number(left))] };
    }
    const leftovers = LEFT_BEFORE_RESTART.test(message) ? await findLeftovers(bytes) : undefined;
    if (!leftovers) throw error;
    const raster = await read(leftovers.without, 'warning');
    return { raster, warnings: leftovers.warnings };
  }
}

const leftoverWarning = (count: number): string =>
  `${countOf(count, 'byte')} of the JPEG belong to no pixel: blocks may be lost`;

/** Padding to a multiple of four bytes is no sign of damage. */
const MOST_PADDING = 3;

interface Leftovers {
  /** The file without them. */
  readonly without: Buffer;
  readonly warnings: readonly string[];
}

/** Of a picture of one scan, whose rows are all there; otherwise undefined. Loaded here, since few pictures need it. */
async function findLeftovers(bytes: Buffer): Promise<Leftovers | undefined> {
  const jpeg = await import('../../core/picture-format/jpeg-leftover.js');
  const found = jpeg.findLeftovers(bytes);
  if (!found) return undefined;
  const size = ({ start, end }: Leftover): number => end - start;
  const isPadding = found.every((each) => each.zero && size(each) <= MOST_PADDING);
  const count = found.reduce((sum, each) => sum + size(each), 0);
  return {
    without: jpeg.withoutLeftovers(bytes, found),
    warnings: isPadding ? [] : [leftoverWarning(count)],
  };
}

/** Of a picture of one scan libjpeg does not say what is left over. */
async function lostBlocks(bytes: Buffer): Promise<readonly string[]> {
  return (await findLeftovers(bytes))?.warnings ?? [];
}

/**
 * Looks for a block of zeros that pixels are made of.
 * @returns a warning where it may be sound. @throws {ImageError} CORRUPT where it cannot be.
 */
async function zeroBlock(bytes: Buffer): Promise<readonly string[]> {
  const found = findZeroBlock(bytes);
  if (found === undefined) return [];
  const text = 'the image data of the JPEG holds a block of zero bytes';
  if (found === 'doubt') return [`${text}: some of its pixels may be wrong`];
  const leftovers = await findLeftovers(bytes);
  if (leftovers && findZeroBlock(leftovers.without) === undefined) return leftovers.warnings;
  throw new ImageError('CORRUPT', text);
}

function missingScans(bytes: Buffer): string[] {
  const { lacksChannel, lacksDetail } = coverageOf(bytes);
  if (lacksChannel) throw new ImageError('TRUNCATED', 'the JPEG has no data for one of its colour channels');
  return lacksDetail ? ['the JPEG gives no fine detail: its last scans may be missing'] : [];
}
