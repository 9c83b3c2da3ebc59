/** Times that one thing is tried. */
export const MOST_ATTEMPTS = 6;

const FIRST_MS = 100;
const LONGEST_MS = 10_000;

/**
 * How long to wait after a failed attempt, in milliseconds: twice as long each time, and between half and all of it, so
 * that those who failed together do not come together again.
 *
 * @param failures so far, 1 or more.
 * @param chance 0..1.
 */
export function backoffMs(failures: number, chance: number): number {
  const longest = Math.min(LONGEST_MS, FIRST_MS * 2 ** (failures - 1));
  return longest * (0.5 + 0.5 * chance);
}
