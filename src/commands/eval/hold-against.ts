import { FatalError, usageError } from '../../errors.js';
import { evaluate } from '../../evaluation/evaluate.js';
import type { EvaluationOptions, EvaluationReport } from '../../evaluation/evaluation-report.js';
import { labelsByPicture, type LabelSet } from '../../evaluation/labels.js';
import { readLabels, type TableRow } from '../../evaluation/read-labels.js';
import type { Results } from '../../results/with-results.js';

/** Labels, and how faces are held against them. */
export interface LabelsOptions {
  /** A file as typed, or `-` for stdin. */
  readonly labels: string;
  readonly evaluation: EvaluationOptions;
}

/** The rows of a table. @throws {FatalError} USAGE when it cannot be read. */
export type ReadRows = (source: string, flag: string) => AsyncIterable<TableRow>;

/** How messages name the labels. */
export function labelsName({ labels }: LabelsOptions): string {
  return labels === '-' ? 'standard input' : labels;
}

/** @throws {FatalError} USAGE for labels that cannot be read. */
export async function readLabelsOf(options: LabelsOptions, readRows: ReadRows): Promise<LabelSet> {
  const { labels, evaluation } = options;
  return await readLabels(readRows(labels, '--labels'), { file: labelsName(options), by: evaluation.by });
}

/**
 * Holds the records of an output folder against labels.
 * @throws {FatalError} USAGE when the labels are of none of the pictures.
 */
export async function holdAgainst(
  { folder, images, records }: Results,
  labels: LabelSet,
  options: LabelsOptions,
): Promise<EvaluationReport> {
  const labelled = labelsByPicture(labels);
  const both = images.filter((image) => labelled.has(image));
  if (both.length === 0) throw nothingToCompare(labels, images, { folder, file: labelsName(options) });
  return await evaluate(records(both), labels, options.evaluation);
}

/** Most often the labels name pictures from another folder on: an example of both shows it. */
function nothingToCompare(
  { labels, faceless, bad }: LabelSet,
  images: readonly string[],
  { folder, file }: { readonly folder: string; readonly file: string },
): FatalError {
  const [named = [...faceless][0]] = labels.map(({ image }) => image);
  const received =
    named === undefined ? `${bad.length} bad rows and no other` : `labels of ${named} and others`;
  const { code, message } = usageError(`labels of pictures of ${folder}`, file, received);
  const [problem] = bad;
  const hints = [
    ...(images[0] === undefined
      ? ['The folder has no records']
      : [`The folder names its pictures ${images[0]}`]),
    ...(problem ? [`Line ${problem.line}: ${problem.reason}`] : []),
  ];
  return new FatalError(code, [message, ...hints].join('\n'));
}
