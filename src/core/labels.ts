import { AGE_GROUPS, type AgeGroup, type Prediction } from '../types.js';

/** Years at which a group ends and the next begins: the middle of the gap between two groups. */
const cutPoints: readonly number[] = [3, 7, 13.5, 22.5, 35, 45.5, 56.5];

/** The group of an age in years; an age in a gap goes to the nearer group. */
export function ageGroup(years: number): AgeGroup {
  const index = cutPoints.filter((cut) => years >= cut).length;
  return AGE_GROUPS[index] ?? '(60-100)';
}

/**
 * The most probable label; the first of equals.
 * @throws {RangeError} when there is not one probability for each label.
 */
export function mostProbable<L extends string>(
  labels: readonly L[],
  probabilities: ArrayLike<number>,
): Prediction<L> {
  if (labels.length === 0 || labels.length !== probabilities.length) {
    throw new RangeError(`${probabilities.length} probabilities for ${labels.length} labels`);
  }
  return labels
    .map((label, index) => ({ label, confidence: probabilities[index] ?? Number.NaN }))
    .reduce((best, next) => (next.confidence > best.confidence ? next : best));
}
