import type { Raster } from '../../src/types.js';

/** What became of one damaged picture. */
export type Verdict =
  /** Refused with a code. */
  | 'refused'
  /** Taken, and looks as before. */
  | 'harmless'
  /** Taken, looks different, and the record says that something may be wrong. */
  | 'warned'
  /** Taken for good although it looks different. */
  | 'wrong ok'
  /** Refused without a code of ours. */
  | 'thrown'
  /** The process was killed after the time limit, or died. */
  | 'time-out'
  | 'death';

export const VERDICTS: readonly Verdict[] = [
  'refused',
  'harmless',
  'warned',
  'wrong ok',
  'thrown',
  'time-out',
  'death',
];

const BLOCK = 16;
/** Mean difference of a block's samples, of 255: what anybody sees. */
const VISIBLE = 8;

/** Whether any block of 16 x 16 pixels looks different. */
export function looksDifferent(a: Raster, b: Raster): boolean {
  if (a.width !== b.width || a.height !== b.height) return true;
  if (a.data.equals(b.data)) return false;
  for (let top = 0; top < a.height; top += BLOCK) {
    for (let left = 0; left < a.width; left += BLOCK)
      if (blockDifference(a, b, left, top) > VISIBLE) return true;
  }
  return false;
}

function blockDifference(a: Raster, b: Raster, left: number, top: number): number {
  const right = Math.min(left + BLOCK, a.width);
  const bottom = Math.min(top + BLOCK, a.height);
  let sum = 0;
  for (let y = top; y < bottom; y += 1) {
    for (let i = (y * a.width + left) * 3; i < (y * a.width + right) * 3; i += 1) {
      sum += Math.abs((a.data[i] ?? 0) - (b.data[i] ?? 0));
    }
  }
  return sum / ((right - left) * (bottom - top) * 3);
}
