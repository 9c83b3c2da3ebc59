/** A share of faces with its 95 % interval; every number but the counts is in 0..1. */
export interface Share {
  readonly count: number;
  /** At least 1. */
  readonly of: number;
  readonly share: number;
  readonly low: number;
  readonly high: number;
}

/** A mean with its 95 % interval. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** The 97.5 % point of the standard normal distribution. */
const Z = 1.959963984540054;

/** A share with the interval of Wilson (1927), which is sound for small samples and near 0 and 1; undefined of nothing. */
export function shareOf(count: number, of: number): Share | undefined {
  if (of === 0) return undefined;
  const share = count / of;
  const spread = (Z * Z) / of;
  const centre = (share + spread / 2) / (1 + spread);
  const half = (Z / (1 + spread)) * Math.sqrt((share * (1 - share)) / of + spread / (4 * of));
  // Exact at the ends, where rounding would leave a hair.
  const low = count === 0 ? 0 : centre - half;
  const high = count === of ? 1 : centre + half;
  return { count, of, share, low, high };
}

/** How many of them hold, as a share. */
export function shareWhere<T>(items: readonly T[], holds: (item: T) => boolean): Share | undefined {
  return shareOf(items.filter(holds).length, items.length);
}
