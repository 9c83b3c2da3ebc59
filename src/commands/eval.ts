import { exitCodeFor } from '../core/exit-code.js';
import { FatalError, usageError } from '../errors.js';
import { evaluate } from '../evaluation/evaluate.js';
import type { EvaluationOptions, EvaluationReport } from '../evaluation/evaluation-report.js';
import { missedGates, type Gate } from '../evaluation/gates.js';
import { labelsByPicture, type LabelSet } from '../evaluation/labels.js';
import { readLabels, type TableRow } from '../evaluation/read-labels.js';
import type { ReportSink } from '../ports.js';
import { withResults, type ResultsPorts } from '../results/with-results.js';
import { tellProblems } from './eval/tell-problems.js';

export interface EvalOptions {
  /** Absolute path of an output folder. */
  readonly folder: string;
  /** A file as typed, or `-` for stdin. */
  readonly labels: string;
  readonly form: 'text' | 'json' | 'markdown';
  readonly evaluation: EvaluationOptions;
  readonly gates: readonly Gate[];
}

/** What `facetag eval` needs of the outside world. */
export interface EvalPorts extends ResultsPorts {
  /** The rows of a table. @throws {FatalError} USAGE when it cannot be read. */
  readonly readRows: (source: string, flag: string) => AsyncIterable<TableRow>;
  readonly stdout: ReportSink;
}

/**
 * `facetag eval <output> --labels <file>`: holds the records of an output folder against labels; the figures go to
 * stdout, what was left out of the labels and gates that were missed to the log.
 *
 * @returns the exit code.
 * @throws {FatalError} USAGE for labels that cannot be read, or are of none of the pictures; OUTPUT_UNUSABLE.
 */
export async function evalCommand(options: EvalOptions, ports: EvalPorts): Promise<number> {
  const { folder, evaluation, gates } = options;
  const file = options.labels === '-' ? 'standard input' : options.labels;
  const rows = ports.readRows(options.labels, '--labels');
  const labels = await readLabels(rows, { file, by: evaluation.by });
  const report = await withResults(
    { folder, command: 'facetag eval', into: 'the evaluation' },
    ports,
    async ({ images, records }) => {
      const labelled = labelsByPicture(labels);
      const both = images.filter((image) => labelled.has(image));
      if (both.length === 0) throw nothingToCompare(labels, images, { folder, file });
      return await evaluate(records(both), labels, evaluation);
    },
  );
  tellProblems(report.labels, file, ports.log);
  await ports.stdout.write(await render(report, options.form));
  const missed = missedGates(report, gates);
  for (const gate of missed) ports.log.emit({ event: 'gate-missed', ...gate });
  return exitCodeFor({ missed: missed.length > 0 });
}

/** A renderer is loaded when its form was asked for. */
async function render(report: EvaluationReport, form: EvalOptions['form']): Promise<string> {
  switch (form) {
    case 'json':
      return JSON.stringify(report, null, 2) + '\n';
    case 'markdown':
      return (await import('../evaluation/render-markdown.js')).renderMarkdown(report);
    case 'text':
      return (await import('../evaluation/render-text.js')).renderText(report);
  }
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
