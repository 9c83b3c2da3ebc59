import { shareOf, type Share } from './intervals.js';

/** A true label and the one that was said. */
export interface Verdict<L extends string> {
  readonly truth: L;
  readonly said: L;
}

/** How often each label was said of each true one. */
export interface Confusion<L extends string> {
  readonly labels: readonly L[];
  /** `counts[truth][said]`, both in the order of `labels`. */
  readonly counts: readonly (readonly number[])[];
}

export function confusionOf<L extends string>(
  labels: readonly L[],
  verdicts: readonly Verdict<L>[],
): Confusion<L> {
  const counts = labels.map(() => labels.map(() => 0));
  for (const { truth, said } of verdicts) {
    const row = counts[labels.indexOf(truth)];
    const column = labels.indexOf(said);
    if (row) row[column] = (row[column] ?? 0) + 1;
  }
  return { labels, counts };
}

/**
 * Faces whose label was said within so many places of the true one in the order of the labels; undefined without faces.
 * 0 is accuracy.
 */
export function shareWithin({ counts }: Confusion<string>, places: number): Share | undefined {
  let right = 0;
  let all = 0;
  for (const [truth, row] of counts.entries()) {
    for (const [said, count] of row.entries()) {
      all += count;
      if (Math.abs(truth - said) <= places) right += count;
    }
  }
  return shareOf(right, all);
}

/** The share of each label's faces that was said right; absent for a label that no face has. */
export function recalls<L extends string>({ labels, counts }: Confusion<L>): Partial<Record<L, Share>> {
  const found: Partial<Record<L, Share>> = {};
  for (const [index, label] of labels.entries()) {
    const row = counts[index] ?? [];
    const recall = shareOf(row[index] ?? 0, sum(row));
    if (recall) found[label] = recall;
  }
  return found;
}

/** Mean of the recalls, so that a label with few faces weighs as much as one with many; undefined without faces. */
export function balancedAccuracy(confusion: Confusion<string>): number | undefined {
  const shares = Object.values(recalls(confusion)).flatMap((recall) => recall?.share ?? []);
  return shares.length === 0 ? undefined : sum(shares) / shares.length;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
