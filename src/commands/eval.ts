import { exitCodeFor } from '../core/exit-code.js';
import type { EvaluationReport } from '../evaluation/evaluation-report.js';
import { missedGates, type Gate } from '../evaluation/gates.js';
import type { ReportSink } from '../ports.js';
import { withResults, type ResultsPorts } from '../results/with-results.js';
import {
  holdAgainst,
  labelsName,
  readLabelsOf,
  type LabelsOptions,
  type ReadRows,
} from './eval/hold-against.js';
import { tellProblems } from './eval/tell-problems.js';

export interface EvalOptions extends LabelsOptions {
  /** Absolute path of an output folder. */
  readonly folder: string;
  readonly form: 'text' | 'json' | 'markdown';
  readonly gates: readonly Gate[];
}

/** What `facetag eval` needs of the outside world. */
export interface EvalPorts extends ResultsPorts {
  readonly readRows: ReadRows;
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
  const { folder, gates } = options;
  const labels = await readLabelsOf(options, ports.readRows);
  const report = await withResults(
    { folder, command: 'facetag eval', into: 'the evaluation' },
    ports,
    (results) => holdAgainst(results, labels, options),
  );
  tellProblems(report.labels, labelsName(options), ports.log);
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
