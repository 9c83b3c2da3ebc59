import { AGE_GROUPS, GENDERS, type AgeGroup, type Gender, type Prediction } from '../types.js';

/** Years at which a group ends and the next begins: the middle of the gap between two groups. */
export const AGE_CUTS: readonly number[] = [3, 7, 13.5, 22.5, 35, 45.5, 56.5];

/** The group of an age in years; an age in a gap goes to the nearer group. */
export function ageGroup(years: number): AgeGroup {
  const index = AGE_CUTS.filter((cut) => years >= cut).length;
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
  requireOneEach(labels, probabilities);
  return labels
    .map((label, index) => ({ label, confidence: probabilities[index] ?? Number.NaN }))
    .reduce((best, next) => (next.confidence > best.confidence ? next : best));
}

/**
 * The probability of `Male` out of a net's two.
 * @param labels of the net's outputs, in order.
 * @throws {RangeError} when there is not one probability for each label.
 */
export function maleProbability(labels: readonly Gender[], probabilities: ArrayLike<number>): number {
  const [male = Number.NaN, female = Number.NaN] = inOrderOf(GENDERS, labels, probabilities);
  // A softmax in 32 bits does not add up to 1 to the last bit: the larger of the two is what is shown, so it is kept.
  return male >= female ? male : 1 - female;
}

/**
 * Probabilities brought from the order of a net's outputs into another.
 * @throws {RangeError} when there is not one probability for each label.
 */
export function inOrderOf<L extends string>(
  wanted: readonly L[],
  labels: readonly L[],
  probabilities: ArrayLike<number>,
): number[] {
  requireOneEach(labels, probabilities);
  return wanted.map((label) => probabilities[labels.indexOf(label)] ?? Number.NaN);
}

function requireOneEach(labels: readonly string[], probabilities: ArrayLike<number>): void {
  if (labels.length === 0 || labels.length !== probabilities.length) {
    throw new RangeError(`${probabilities.length} probabilities for ${labels.length} labels`);
  }
}
