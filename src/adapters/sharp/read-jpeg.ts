import { coverageOf } from '../../core/picture-format/jpeg-damage.js';
import { repairJpegHeaders } from '../../core/picture-format/jpeg-repair.js';
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

/**
 * Reads a JPEG with every warning of libjpeg taken for damage, for it tells but the first one: after a harmless one any
 * other would go unheard. What is harmless in the headers is mended first. Bytes left over in front of the end of the
 * image are a warning in the record: padding in some files, lost blocks in others.
 *
 * @throws {ImageError} CORRUPT or TRUNCATED. @throws what `read` throws.
 */
export async function readJpeg(bytes: Buffer, how: HowToRead, read: ReadPixels): Promise<ReadJpeg> {
  const { interlaced, thorough } = how;
  try {
    const raster = await read(bytes, 'warning');
    return { raster, warnings: interlaced ? missingScans(bytes) : thorough ? await lostBlocks(bytes) : [] };
  } catch (error) {
    const repaired = repairJpegHeaders(bytes);
    if (repaired) return await readJpeg(repaired, how, read);
    const [, left] = LEFT_BEFORE_END.exec(messageOf(error)) ?? [];
    if (left === undefined) throw error;
    const raster = await read(bytes, 'error');
    return { raster, warnings: [...missingScans(bytes), leftoverWarning(Number(left))] };
  }
}

const leftoverWarning = (count: number): string =>
  `${countOf(count, 'byte')} of the JPEG belong to no pixel: blocks may be lost`;

/** Padding to a multiple of four bytes is no sign of damage. */
const MOST_PADDING = 3;

/** Of a picture of one scan libjpeg does not say what is left over. Loaded here, since few runs ask for it. */
async function lostBlocks(bytes: Buffer): Promise<string[]> {
  const { findLeftover } = await import('../../core/picture-format/jpeg-leftover.js');
  const { count, zero } = findLeftover(bytes) ?? { count: 0, zero: true };
  return count === 0 || (zero && count <= MOST_PADDING) ? [] : [leftoverWarning(count)];
}

function missingScans(bytes: Buffer): string[] {
  const { lacksChannel, lacksDetail } = coverageOf(bytes);
  if (lacksChannel) throw new ImageError('TRUNCATED', 'the JPEG has no data for one of its colour channels');
  return lacksDetail ? ['the JPEG gives no fine detail: its last scans may be missing'] : [];
}
