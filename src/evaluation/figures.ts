import { EXPRESSIONS, type Expression } from '../types.js';
import { countProblems, type EvaluationReport } from './evaluation-report.js';

/** A number of a report that a gate can be set on. */
export interface Figure {
  /** Absent where the labels say nothing of it. */
  readonly read: (report: EvaluationReport) => number | undefined;
  /** Largest value that it can have; the smallest is 0. */
  readonly max: number;
}

const share = (read: Figure['read']): Figure => ({ read, max: 1 });
const amount = (read: Figure['read']): Figure => ({ read, max: Infinity });

/** `expression-recall-happy` and so on. */
const EXPRESSION_RECALLS = Object.fromEntries(
  EXPRESSIONS.map((label) => [
    `expression-recall-${label}`,
    share(({ overall }) => overall.expression?.recall[label]?.share),
  ]),
) as Readonly<Record<`expression-recall-${Expression}`, Figure>>;

/** By the names that `--min` and `--max` take. */
const TABLE = {
  recall: share(({ overall }) => overall.found?.share),
  precision: share(({ detection }) => detection?.precision?.share),
  'extra-faces': amount(({ detection }) => detection?.extraPerPicture),
  'average-precision': share(({ detection }) => detection?.averagePrecision),
  'gender-accuracy': share(({ overall }) => overall.gender?.accuracy.share),
  'gender-balanced-accuracy': share(({ overall }) => overall.gender?.balancedAccuracy),
  'gender-recall-male': share(({ overall }) => overall.gender?.recall.Male?.share),
  'gender-recall-female': share(({ overall }) => overall.gender?.recall.Female?.share),
  'gender-gap': share(largestGap),
  'gender-ece': share(({ overall }) => overall.gender?.calibration.ece),
  'gender-brier': share(({ overall }) => overall.gender?.calibration.brier),
  'age-exact': share(({ overall }) => overall.ageGroup?.exact.share),
  'age-within-one': share(({ overall }) => overall.ageGroup?.withinOne.share),
  'age-mae': amount(({ overall }) => overall.ageYears?.mae.value),
  'age-cs5': share(({ overall }) => overall.ageYears?.cs5.value),
  'age-ece': share(({ overall }) => overall.ageGroup?.calibration?.ece),
  'age-brier': share(({ overall }) => overall.ageGroup?.calibration?.brier),
  'expression-accuracy': share(({ overall }) => overall.expression?.accuracy.share),
  'expression-balanced-accuracy': share(({ overall }) => overall.expression?.balancedAccuracy),
  ...EXPRESSION_RECALLS,
  'expression-ece': share(({ overall }) => overall.expression?.calibration?.ece),
  'expression-brier': share(({ overall }) => overall.expression?.calibration?.brier),
  faces: amount(({ labels }) => labels.faces),
  'failed-pictures': amount(({ pictures }) => pictures.failed),
  'label-problems': amount(countProblems),
} as const satisfies Readonly<Record<string, Figure>>;

export type FigureName = keyof typeof TABLE;

export const FIGURES: Readonly<Record<FigureName, Figure>> = TABLE;

export const FIGURE_NAMES = Object.keys(FIGURES) as readonly FigureName[];

/** Over every column that was broken down by. */
function largestGap({ breakdowns }: EvaluationReport): number | undefined {
  const gaps = breakdowns.flatMap(({ genderGap }) => genderGap?.gap ?? []);
  return gaps.length === 0 ? undefined : Math.max(...gaps);
}
