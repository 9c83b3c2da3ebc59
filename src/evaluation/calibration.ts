/** A label that was said with a confidence, and whether it was right. */
export interface Claim {
  /** 0..1. */
  readonly confidence: number;
  readonly isRight: boolean;
}

/** Claims of like confidence: `low < confidence <= high`, the first from 0 on. */
export interface ReliabilityBin {
  readonly low: number;
  readonly high: number;
  /** At least 1. */
  readonly faces: number;
  /** Mean confidence. */
  readonly stated: number;
  /** Share that was right. */
  readonly right: number;
}

/** How true confidences are. */
export interface Calibration {
  readonly faces: number;
  /** Expected calibration error (Naeini et al. 2015, Guo et al. 2017), 0..1: 0 is best. */
  readonly ece: number;
  /** Mean square of confidence minus 1 where right, minus 0 where wrong (Brier 1950), 0..1: 0 is best. */
  readonly brier: number;
  /** Bins with claims, rising. */
  readonly bins: readonly ReliabilityBin[];
}

/** Of equal width over 0..1, as Guo et al. have them. */
const BINS = 15;

/** Undefined without claims. */
export function calibrationOf(unordered: readonly Claim[]): Calibration | undefined {
  if (unordered.length === 0) return undefined;
  // Sums of binary fractions depend on their order, the order of labels must not matter.
  const claims = unordered.toSorted(
    (a, b) => a.confidence - b.confidence || Number(a.isRight) - Number(b.isRight),
  );
  const bins = Array.from({ length: BINS }, (_, index) => binOf(claims, index)).filter(
    (bin) => bin !== undefined,
  );
  const error = sum(bins.map(({ faces, stated, right }) => faces * Math.abs(right - stated)));
  const squares = sum(claims.map(({ confidence, isRight }) => (confidence - Number(isRight)) ** 2));
  return { faces: claims.length, ece: error / claims.length, brier: squares / claims.length, bins };
}

function binOf(claims: readonly Claim[], index: number): ReliabilityBin | undefined {
  const low = index / BINS;
  const high = (index + 1) / BINS;
  const inside = claims.filter(({ confidence }) => confidence <= high && (confidence > low || index === 0));
  if (inside.length === 0) return undefined;
  return {
    low,
    high,
    faces: inside.length,
    stated: sum(inside.map(({ confidence }) => confidence)) / inside.length,
    right: inside.filter(({ isRight }) => isRight).length / inside.length,
  };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
