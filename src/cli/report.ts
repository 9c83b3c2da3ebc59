import { readFileSync } from 'node:fs';
import path from 'node:path';
import { readMachineLimits } from '../adapters/limits.js';
import { outputFolders } from '../adapters/output-folder.js';
import { createProgress } from '../adapters/progress.js';
import { createReportFolders } from '../adapters/report-folder.js';
import { Stop } from '../batch/stop-switch.js';
import { logLaneEvent } from '../commands/log-lane-event.js';
import type { LabelsOptions } from '../commands/eval/hold-against.js';
import { reportCommand } from '../commands/report.js';
import { boundLaneMemory, decideLanes, FOOTPRINT } from '../core/lane-count.js';
import { createLanePool } from '../lanes/pool.js';
import { type Config, DEFAULT_OUTPUT } from '../config.js';
import { GENERATOR } from '../report/page.js';
import type { TableRow } from '../evaluation/read-labels.js';
import { REPORT_PAGE } from '../report/rows.js';
import type { FlagsOf } from './flags.js';
import type { RunContext } from './handlers.js';
import { laneMemoryLimit } from './lane-memory.js';
import { packageRoot } from './open-store.js';
import { PREVIEW_LANE } from './programs.js';
import { withSignals } from './signals.js';

type LabelFlags = Pick<FlagsOf<'report'>, 'labels' | 'by' | 'iou' | 'match' | 'minGroup'>;

/** Composition root of `facetag report`. @returns the exit code. */
export async function runReport(
  flags: FlagsOf<'report'>,
  [folder = '']: readonly string[],
  context: RunContext,
): Promise<number> {
  const { labels, by, iou, match, minGroup } = flags;
  const against = labels === undefined ? undefined : { labels, evaluation: { by, iou, match, minGroup } };
  const stop = new Stop();
  return await withSignals(stop, () => report(flags, folder, context, stop, against));
}

async function report(
  flags: Omit<FlagsOf<'report'>, keyof LabelFlags>,
  folder: string,
  { log, version }: RunContext,
  stop: Stop,
  against?: LabelsOptions,
): Promise<number> {
  const limits = readMachineLimits();
  const memory = boundLaneMemory(flags.maxLaneMemory, limits) * 1e6;
  const maxMemory = memory - FOOTPRINT.laneBytes;
  return await reportCommand(
    {
      ...flags,
      output: path.resolve(folder),
      target: flags.output === undefined ? undefined : path.resolve(flags.output),
      ...(against && { against }),
    },
    {
      outputs: outputFolders,
      reports: createReportFolders({ file: REPORT_PAGE, text: GENERATOR }),
      createLanes: (output) =>
        createLanePool({
          script: PREVIEW_LANE,
          lanes: flags.jobs ?? decideLanes(limits, FOOTPRINT).lanes,
          config: { maxPixels: flags.maxPixels, maxBytes: flags.maxBytes, maxMemory, output },
          timeoutMs: flags.timeout * 1000,
          memoryLimit: laneMemoryLimit(memory),
          env: process.env,
          onEvent: (event) => {
            logLaneEvent(event, log);
          },
        }),
      code: { script: built('client.js'), style: built('client.css') },
      progress: await createProgress({
        enabled: flags.progress && !flags.quiet,
        stream: process.stderr,
        format: flags.logFormat,
        log,
        now: () => performance.now(),
        terminal: process.env['TERM'],
      }),
      readRows,
      log,
      stop,
      version,
    },
  );
}

/** The reader of tables is loaded where there is one to read. */
async function* readRows(source: string, flag: string): AsyncIterable<TableRow> {
  const { readCsvRows } = await import('../adapters/csv-rows.js');
  yield* readCsvRows(source, flag);
}

/**
 * The report of a run that has just ended, in its output folder.
 *
 * @param stop of the run: its signals are heard. @returns the exit code.
 */
export async function reportRun(config: Config, context: RunContext, stop: Stop): Promise<number> {
  const flags = { ...config, output: undefined, inline: false, copyPictures: false };
  return await report(flags, config.output ?? DEFAULT_OUTPUT, context, stop);
}

/** A file of the page, as the build made it. */
function built(name: string): string {
  return readFileSync(path.join(packageRoot, 'dist/report', name), 'utf8');
}
