import path from 'node:path';
import type { Stop } from '../batch/stop-switch.js';
import { isWithin } from '../core/base-folder.js';
import { entriesOf } from '../core/roots.js';
import { usageError } from '../errors.js';
import type { StartableLanePool } from '../lanes/pool.js';
import type { EventLog, OutputFolders, ProgressListener, ReportFolders } from '../ports.js';
import type { PageCode, Section } from '../report/page.js';
import { REPORT_PAGE } from '../report/rows.js';
import { writeReport } from '../report/write-report.js';
import { type Results, withResults } from '../results/with-results.js';
import type { OutputRoot } from '../types.js';
import { endedBySignal } from './ended-by-signal.js';
import type { LabelsOptions, ReadRows } from './eval/hold-against.js';

/** Name of the report's folder in an output folder, when none was named. */
const REPORT = 'report';

export interface ReportCommandOptions {
  /** Absolute path of the output folder. */
  readonly output: string;
  /** Absolute path of the report's folder; undefined leaves it to the output folder. */
  readonly target: string | undefined;
  readonly where: string | undefined;
  readonly inline: boolean;
  readonly copyPictures: boolean;
  /** Labels to hold the results against, for a part of the page. */
  readonly against?: LabelsOptions;
}

/** What `facetag report` needs of the outside world. */
export interface ReportCommandPorts {
  readonly outputs: OutputFolders;
  readonly reports: ReportFolders;
  /** @param output the report's folder. */
  readonly createLanes: (output: OutputRoot) => StartableLanePool;
  readonly code: PageCode;
  readonly progress: ProgressListener;
  /** Reads labels. */
  readonly readRows: ReadRows;
  readonly log: EventLog;
  readonly stop: Stop;
  /** Version of facetag. */
  readonly version: string;
}

/**
 * `facetag report <output>`: writes a page that shows what was found.
 *
 * @returns the exit code.
 * @throws {FatalError} USAGE, OUTPUT_UNUSABLE, OUTPUT_LOCKED, LANES_FAILING.
 */
export async function reportCommand(
  options: ReportCommandOptions,
  ports: ReportCommandPorts,
): Promise<number> {
  const { output, target, where, inline, copyPictures, against } = options;
  if (inline && copyPictures) throw usageError('one of --inline and --copy-pictures', 'the report', 'both');
  const location = target ?? path.join(output, REPORT);
  const asked = { folder: output, command: 'facetag report', into: 'the report', where };
  const write = async (results: Results): Promise<number> => {
    warnIfAmongPictures(location, results, ports.log);
    const sections = against ? [await evaluationSection(results, against, ports)] : [];
    return await ports.reports.hold(
      location,
      async (folder) => {
        const lanes = ports.createLanes(folder.root);
        ports.stop.onRequest(() => void lanes.kill());
        try {
          const told = { inline, copies: copyPictures, where, version: ports.version, sections };
          const written = await writeReport(results, told, { ...ports, folder, lanes });
          warnIfNothingMatches(where, written.pictures, results, ports.log);
          ports.log.emit({ event: 'report-end', ...written, page: path.join(location, REPORT_PAGE) });
          return 0;
        } finally {
          await lanes.close();
        }
      },
      { named: target !== undefined },
    );
  };
  return await endedBySignal(ports.log, () => withResults(asked, ports, write));
}

/** What `facetag eval` says of the same results and labels. Loaded where there are labels. */
async function evaluationSection(
  results: Results,
  against: LabelsOptions,
  { readRows, log }: ReportCommandPorts,
): Promise<Section> {
  const { holdAgainst, labelsName, readLabelsOf } = await import('./eval/hold-against.js');
  const { tellProblems } = await import('./eval/tell-problems.js');
  const { describeReport } = await import('../evaluation/document/document.js');
  const { figuresSection } = await import('../report/figures-section.js');
  const report = await holdAgainst(results, await readLabelsOf(against, readRows), against);
  tellProblems(report.labels, labelsName(against), log);
  return figuresSection('Against labels', describeReport(report));
}

/** An empty report looks like one of no pictures. */
function warnIfNothingMatches(
  where: string | undefined,
  matching: number,
  { images }: Results,
  log: EventLog,
): void {
  if (where === undefined || matching > 0 || images.length === 0) return;
  const message = `No picture of ${images.length} matches --where ${JSON.stringify(where)}: the report is empty`;
  log.emit({ event: 'warning', message });
}

/** The next run would take its thumbnails for pictures. */
function warnIfAmongPictures(location: string, { folder, roots }: Results, log: EventLog): void {
  const among = entriesOf(roots).some(([, root]) => isWithin(root, location));
  if (!among || isWithin(folder, location)) return;
  const message = `${location} lies among the pictures: leave it out of the next run with --ignore '${path.basename(location)}/**'`;
  log.emit({ event: 'warning', message });
}
