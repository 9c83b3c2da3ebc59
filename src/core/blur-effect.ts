/** Pixels that the mean runs over: of scikit-image's `blur_effect`. */
const WINDOW = 11;

/**
 * The blur effect of Crete, Dolmiere, Ladret and Nicolas (2007, "The blur effect: perception and estimation with a new
 * no-reference perceptual blur metric"): how little a picture loses when it is blurred once more, in the direction in
 * which it loses least.
 * @param grey row by row, `side * side` values.
 * @returns 0 for a picture as sharp as can be, 1 for one without any detail.
 */
export function blurEffect(grey: Float32Array, side: number): number {
  return Math.max(along(grey, side, 1, side), along(grey, side, side, 1));
}

/**
 * @param step from a value to the next in the direction that is looked at.
 * @param across from a line in that direction to the next.
 */
function along(grey: Float32Array, side: number, step: number, across: number): number {
  const half = (WINDOW - 1) / 2;
  // A line with its ends repeated as far as the mean reaches, so that no index has to be looked at.
  const values = new Float64Array(side + WINDOW);
  let detail = 0;
  let lost = 0;
  for (let line = 0; line < side; line++) {
    for (let index = 0; index < values.length; index++) {
      const inside = Math.min(side - 1, Math.max(0, index - half));
      values[index] = grey[line * across + inside * step] ?? 0;
    }
    for (let index = half + 1; index < half + side; index++) {
      // The mean moves by what comes in at one end less what goes out at the other.
      const change = (values[index + half] ?? 0) - (values[index - half - 1] ?? 0);
      const difference = Math.abs((values[index] ?? 0) - (values[index - 1] ?? 0));
      detail += difference;
      lost += Math.max(0, difference - Math.abs(change) / WINDOW);
    }
  }
  return detail === 0 ? 1 : (detail - lost) / detail;
}
