import path from 'node:path';
import { DEFAULT_OUTPUT, writesFiles, type Config } from '../config.js';
import { wantedKinds } from '../core/copies.js';
import { exitCodeFor } from '../core/exit-code.js';
import type { PictureRecord } from '../core/report.js';
import { Tally, type RunSummary } from '../core/summary.js';
import { usageError } from '../errors.js';
import type { StartableLanePool } from '../lanes/pool.js';
import { runBatch, type ArrivingNames } from '../batch/run-batch.js';
import { writeOutputs, type FinishedRun } from '../batch/write-tables.js';
import { tellLeftOut } from '../results/tell-left-out.js';
import { assertOutputOutside } from '../discover/output-folder.js';
import type { EventLog, Ledger, OutputFolder } from '../ports.js';
import type { Pictures } from './find-pictures.js';
import { noteBegin, requestOf } from './completion.js';
import { drawingOf, restyleCopies } from './copies.js';
import { logLaneEvent } from './log-lane-event.js';
import { logFinished } from './log-finished.js';
import { pruneGone } from './prune.js';
import { resolveRunSettings, type RunSettings } from './run-settings.js';
import type { TagPorts } from './tag-ports.js';

/** `facetag [tag] <paths…>`: finds pictures, tags them, writes results. @returns the exit code. */
export async function tagCommand(config: Config, ports: TagPorts): Promise<number> {
  const output = writesFiles(config) ? path.resolve(ports.cwd, config.output ?? DEFAULT_OUTPUT) : undefined;
  const screens = await compileScreens(config);
  requireSummaryFile(config, output, ports);
  const store = await ports.openStore(config);
  const settings = await resolveRunSettings(config, store);
  if (output !== undefined) await assertOutputOutside(config.inputs, output, ports.cwd);
  if (config.dryRun) {
    const { dryRun } = await import('./dry-run.js');
    const foresee = (folder?: OutputFolder): Promise<number> => dryRun(config, settings.run, folder, ports);
    return output === undefined ? await foresee() : await ports.outputs.visit(output, foresee);
  }
  const tag = (folder?: OutputFolder): Promise<number> =>
    tagPictures({ config, settings, output: folder, screens }, ports);
  if (output === undefined) return await tag();
  return await ports.outputs.hold(output, tag, { named: config.output !== undefined });
}

/** A night's work must not end without its totals for a folder that was misspelt. */
function requireSummaryFile({ summary }: Config, output: string | undefined, ports: TagPorts): void {
  if (summary === undefined) return;
  const unmet = ports.unmetForWriting(path.resolve(ports.cwd, summary), output);
  if (unmet !== undefined) throw usageError(unmet, '--summary', summary);
}

interface Screens {
  readonly shows: (record: PictureRecord) => boolean;
  readonly fails: ((record: PictureRecord) => boolean) | undefined;
}

/** Expressions are checked before anything else happens. */
async function compileScreens({ where, failIf, blurWhere }: Config): Promise<Screens> {
  if (where === undefined && failIf === undefined && blurWhere === undefined)
    return { shows: () => true, fails: undefined };
  const { compileExpression, compileFaceExpression } = await import('../core/expression.js');
  // Lanes compile it for themselves: it is tried here.
  if (blurWhere !== undefined) compileFaceExpression(blurWhere, '--blur-where');
  return {
    shows: where === undefined ? () => true : compileExpression(where, '--where'),
    fails: failIf === undefined ? undefined : compileExpression(failIf, '--fail-if'),
  };
}

interface TagRun {
  readonly config: Config;
  readonly settings: RunSettings;
  /** Undefined when nothing is written. */
  readonly output: OutputFolder | undefined;
  readonly screens: Screens;
}

async function tagPictures(run: TagRun, ports: TagPorts): Promise<number> {
  const { config, output } = run;
  const started = ports.now();
  const jobs = config.jobs ?? ports.defaultLanes();
  const lanes = openLanes(run, jobs, ports);
  let arriving: ArrivingNames | undefined;
  ports.stop.onRequest((reason, times) => {
    arriving?.cancel();
    const how = times > 1 ? 'dropping the pictures in flight' : 'letting the pictures in flight finish';
    if (reason !== 'closed pipe')
      ports.log.emit({ event: 'warning', message: `Stopping on ${reason}: ${how}` });
    lanes.stopping();
    if (reason === 'closed pipe' || times > 1) void lanes.kill();
  });
  try {
    // The nets of the first lane load while pictures are being found. Where an earlier run left records there may be
    // nothing to load them for; further lanes start when there are pictures for them.
    if (config.force || !output?.hasRecords()) lanes.start(1);
    // fast-glob takes a while to load: meanwhile the lane starts.
    const pictures = await findOrAwaitPictures(run, ports);
    ({ arriving } = pictures);
    if (ports.stop.requested !== undefined) arriving?.cancel();
    return await tagFound(run, pictures, lanes, { jobs, started }, ports);
  } finally {
    await lanes.close();
  }
}

async function findOrAwaitPictures({ config, output }: TagRun, ports: TagPorts): Promise<Pictures> {
  const { canArrive, findPictures } = await import('./find-pictures.js');
  if (!canArrive(config)) return await ports.stop.unlessInterrupted(findPictures(config, output, ports));
  const { ArrivingPictures } = await import('./arriving-pictures.js');
  return new ArrivingPictures(config, output, ports.streamPathList(config.null ? '\0' : '\n'), ports);
}

/** A lane that holds more than this share of what it may take, with no picture, is replaced. */
const RESTING_SHARE = 0.5;

function openLanes({ config, settings, output }: TagRun, lanes: number, ports: TagPorts): StartableLanePool {
  const drawing = drawingOf(config);
  const draws = wantedKinds(drawing).length > 0;
  return ports.createLanes({
    lanes,
    config: { ...settings.lane, ...(output && draws && { copies: { output: output.root, drawing } }) },
    timeoutMs: config.timeout * 1000,
    maxLaneBytes: config.maxLaneMemory * 1e6 * RESTING_SHARE,
    memoryLimitBytes: config.maxLaneMemory * 1e6,
    onEvent: (event) => {
      logLaneEvent(event, ports.log);
    },
  });
}

async function tagFound(
  run: TagRun,
  pictures: Pictures,
  lanes: StartableLanePool,
  { jobs, started }: { readonly jobs: number; readonly started: number },
  ports: TagPorts,
): Promise<number> {
  const { config, output, settings, screens } = run;
  const { log, stop } = ports;
  const ledger = output?.ledger;
  const known = pictures.arriving ? undefined : pictures.images.length;
  const { pack, engine } = settings.run;
  const { version } = ports;
  log.emit({
    event: 'run-start',
    version,
    ...(known !== undefined && { pictures: known }),
    jobs,
    pack,
    engine,
    ...(output && { output: output.path }),
  });

  const noteEnd =
    output === undefined ? undefined : await noteBegin(output, requestOf(config, output.path, ports.cwd));
  const drawing = drawingOf(config);
  if (output) await restyleCopies(output, drawing, log);
  const tally = new Tally();
  const screened: string[] = [];
  const unwritten = new Map<string, PictureRecord>();
  const { progress } = ports;
  progress.start(known);
  try {
    await runBatch(
      {
        ...pictures,
        images: pictures.arriving ?? pictures.images,
        rules: { run: settings.run, force: config.force, retryFailed: config.retryFailed },
        copies: wantedKinds(drawing),
        jobs,
      },
      {
        lanes,
        files: ports.files,
        ledger,
        stream: config.jsonl ? ports.stdout : undefined,
        shows: screens.shows,
        onFinished: (finished) => {
          const { record } = finished;
          if (screens.fails?.(record)) screened.push(record.image);
          if (record.error?.code === 'WRITE_FAILED') unwritten.set(record.image, record);
          logFinished(finished, log);
          const { retried } = lanes.stats;
          progress.update({
            done: tally.done,
            skipped: tally.skipped,
            faces: tally.faces,
            failed: tally.failed,
            retried,
          });
        },
        stop,
      },
      tally,
    );
  } finally {
    progress.stop();
  }

  const images = pictures.arriving ? [...pictures.images].sort() : pictures.images;
  const total = images.length;
  if (tally.reformatted > 0) log.emit({ event: 'format-changed', pictures: tally.reformatted });
  if (ledger) {
    if ((config.prune || config.pruneAll) && stop.requested === undefined) {
      const options = { roots: pictures, found: total, all: config.pruneAll };
      Object.assign(tally, await pruneGone(options, ledger, ports));
    }
    const done = { images, notDone: total - tally.done, unwritten };
    await publish(ledger, config, screens, done, log);
    if (tally.done === total && pictures.isCutShort !== true) await noteEnd?.(tally);
  }
  await lanes.close();
  for (const image of screened.sort()) log.emit({ event: 'screened', image });
  const summary = summarize({ run, pictures, tally, lanes, started, screened: screened.length }, ports);
  log.emit({ event: 'run-end', summary });
  if (config.summary !== undefined) {
    await ports.writeText(path.resolve(ports.cwd, config.summary), JSON.stringify(summary, null, 2) + '\n');
  }
  return summary.exitCode;
}

async function publish(
  ledger: Ledger,
  config: Config,
  screens: Screens,
  run: FinishedRun,
  log: EventLog,
): Promise<void> {
  const leftOut = await writeOutputs(ledger, config.format, config.csvNames, screens.shows, run);
  tellLeftOut(leftOut, 'the tables', log);
}

interface Ended {
  readonly run: TagRun;
  readonly pictures: Pictures;
  readonly tally: Tally;
  readonly lanes: StartableLanePool;
  readonly started: number;
  readonly screened: number;
}

function summarize({ run, pictures, tally, lanes, started, screened }: Ended, ports: TagPorts): RunSummary {
  const seconds = (ports.now() - started) / 1000;
  const { requested } = ports.stop;
  const { retried, replaced, peakLaneBytes } = lanes.stats;
  const { unlisted, unread } = pictures;
  const total = pictures.images.length;
  return {
    schemaVersion: 1,
    ...(run.output && { output: run.output.path }),
    pictures: total,
    processed: tally.processed,
    skipped: tally.skipped,
    redrawn: tally.redrawn,
    copiesFailed: tally.copiesFailed,
    reformatted: tally.reformatted,
    notDone: total - tally.done,
    ...tally.found.counts,
    failed: tally.failed,
    failedNow: tally.failedNow,
    failedByCode: tally.failedByCode,
    unlisted,
    unread,
    retried,
    lanesReplaced: replaced,
    pruned: tally.pruned,
    notPruned: tally.notPruned,
    screened,
    seconds,
    picturesPerSecond: seconds > 0 ? tally.done / seconds : 0,
    peakMemory: { parent: ports.peakMemory(), lane: peakLaneBytes },
    ...(requested !== undefined && { stoppedBy: requested }),
    exitCode: exitCodeFor({
      fatal: false,
      signal: requested === 'closed pipe' ? undefined : requested,
      pipeClosed: requested === 'closed pipe',
      screened: screened > 0 && run.config.failIf !== undefined,
      failed: tally.failed + tally.copiesFailed + tally.notPruned,
      allowFailed: run.config.allowFailed,
      unlisted,
    }),
  };
}
