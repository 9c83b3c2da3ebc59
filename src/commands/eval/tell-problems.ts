import type { LabelCounts } from '../../evaluation/evaluation-report.js';
import type { LabelProblem } from '../../evaluation/labels.js';
import type { EventLog } from '../../ports.js';

/** Of each kind; the report has them all. */
const MOST = 10;

/** Names the labels that were left out, the first of each kind and how many more. */
export function tellProblems(
  { bad, duplicates, withoutRecord }: LabelCounts,
  file: string,
  log: EventLog,
): void {
  const tell = (problems: readonly string[], what: string): void => {
    for (const problem of problems.slice(0, MOST))
      log.emit({ event: 'warning', message: `Left out ${problem}` });
    const more = problems.length - MOST;
    if (more > 0) log.emit({ event: 'warning', message: `Left out ${more} more ${what} of ${file}` });
  };
  const lineOf = ({ line, reason }: LabelProblem): string => `line ${line} of ${file}: ${reason}`;
  tell(bad.map(lineOf), 'bad rows');
  tell(duplicates.map(lineOf), 'duplicates');
  tell(
    withoutRecord.map((image) => `the labels of ${image}, which has no record`),
    'pictures without a record',
  );
}
