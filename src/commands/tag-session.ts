import path from 'node:path';
import { runBatch } from '../batch/run-batch.js';
import { writeOutputs } from '../batch/write-tables.js';
import type { Config } from '../config.js';
import type { Stopped } from '../core/completion.js';
import { wantedKinds } from '../core/copies.js';
import { exitCodeFor } from '../core/exit-code.js';
import type { PictureRecord } from '../core/report.js';
import { isLasting } from '../core/skip.js';
import { Tally, type FinishedImage, type RunSummary } from '../core/summary.js';
import { FatalError } from '../errors.js';
import type { StartableLanePool } from '../lanes/pool.js';
import type { Ledger, OutputFolder } from '../ports.js';
import { tellLeftOut } from '../results/tell-left-out.js';
import { noteBegin, requestOf, type BegunNote } from './completion.js';
import { drawingOf, restyleCopies } from './copies.js';
import type { Pictures } from './find-pictures.js';
import { logFinished } from './log-finished.js';
import { countGone, namesInOrder, pruneGone, recordedIn } from './prune.js';
import type { RunSettings } from './run-settings.js';
import type { TagPorts } from './tag-ports.js';

export interface Screens {
  readonly shows: (record: PictureRecord) => boolean;
  readonly fails: ((record: PictureRecord) => boolean) | undefined;
}

export interface TagRun {
  readonly config: Config;
  readonly settings: RunSettings;
  /** Undefined when nothing is written. */
  readonly output: OutputFolder | undefined;
  readonly screens: Screens;
}

/**
 * Takes pictures through the lanes, once or time and again, and counts. After each time the results are whole: records,
 * tables and the word that nothing is unfinished.
 */
export class TagSession {
  readonly #tally = new Tally();
  /** Pictures that were to be taken, one that was taken twice included. */
  #asked = 0;
  #unlisted = 0;
  #unread: RunSummary['unread'] = {};
  #screened = 0;
  /** As of the summary. */
  #gone: number | undefined;
  readonly #unwritten = new Map<string, PictureRecord>();
  /** Pictures that failed for a reason that may pass. */
  readonly passing = new Set<string>();
  /** How long it took to write the tables, which are made of all records, in milliseconds. */
  publishMs = 0;

  /** @param started milliseconds since the epoch. */
  constructor(
    private readonly run: TagRun,
    private readonly lanes: StartableLanePool,
    private readonly jobs: number,
    private readonly started: number,
    private readonly ports: TagPorts,
  ) {}

  /** Says what the run is. */
  begin({ arriving, images }: Pick<Pictures, 'arriving' | 'images'>): void {
    const { config, output, settings } = this.run;
    const { log, version } = this.ports;
    const { pack, engine, precision } = settings.run;
    log.emit({
      event: 'run-start',
      version,
      ...(arriving === undefined && { pictures: images.length }),
      jobs: this.jobs,
      pack,
      engine,
      ...(precision && { precision }),
      ...(config.shard && { shard: config.shard }),
      ...(output && { output: output.path }),
    });
  }

  /**
   * Tags pictures and brings the tables up to date.
   *
   * @param arrived whether they came while the run was watching.
   * @returns what became of the pictures.
   */
  async take(pictures: Pictures, arrived = false): Promise<Tally> {
    const { output } = this.run;
    const { log } = this.ports;
    const note = output && (await this.#noteBegin(output));
    const tally = new Tally();
    const screened: string[] = [];
    try {
      await this.#takeNoted(pictures, arrived, tally, screened, note);
    } catch (error) {
      await note?.fail(error, reachedBy(tally, pictures));
      throw error;
    }
    for (const image of screened.sort()) log.emit({ event: 'screened', image });

    this.#asked += pictures.images.length;
    this.#unlisted = pictures.unlisted;
    this.#unread = pictures.unread;
    this.#screened += screened.length;
    this.#tally.addAll(tally);
    return tally;
  }

  /** Says what became of all pictures. @returns the exit code. */
  async end(): Promise<number> {
    const { config } = this.run;
    const { log, cwd, writeText } = this.ports;
    const summary = this.#summarize();
    log.emit({ event: 'run-end', summary });
    if (config.summary !== undefined) {
      await writeText(path.resolve(cwd, config.summary), JSON.stringify(summary, null, 2) + '\n');
    }
    return summary.exitCode;
  }

  async #noteBegin(output: OutputFolder): Promise<BegunNote> {
    const { config, settings } = this.run;
    return await noteBegin(output, requestOf(config, output.path, this.ports.cwd), settings.run);
  }

  async #takeNoted(
    pictures: Pictures,
    arrived: boolean,
    tally: Tally,
    screened: string[],
    note: BegunNote | undefined,
  ): Promise<void> {
    const { config, output } = this.run;
    const { log, stop } = this.ports;
    if (output) await restyleCopies(output, drawingOf(config), log);
    await this.#tag(pictures, arrived, tally, screened);
    if (output) removeSound(pictures, output.ledger);

    const images = namesInOrder(pictures);
    if (tally.reformatted > 0) log.emit({ event: 'format-changed', pictures: tally.reformatted });
    if (!output) return;
    await this.#prune(pictures, images, tally, output.ledger);
    const notDone = images.length - tally.done;
    const recorded = await this.#publish(images, notDone, output.ledger);
    await this.#lookForGone(pictures, recorded);
    if (notDone === 0 && pictures.isCutShort !== true) await note?.finish(tally);
    else if (stop.requested !== undefined)
      await note?.stop({ by: stop.requested, ...reachedBy(tally, pictures) });
    await output.ledger.compact();
  }

  async #tag(pictures: Pictures, arrived: boolean, tally: Tally, screened: string[]): Promise<void> {
    const { config, output, settings, screens } = this.run;
    const { log, files, progress, stdout, stop } = this.ports;
    const unwritten = this.#unwritten;
    const onFinished = (finished: FinishedImage): void => {
      const { record } = finished;
      if (screens.fails?.(record)) screened.push(record.image);
      if (record.error?.code === 'WRITE_FAILED') unwritten.set(record.image, record);
      else unwritten.delete(record.image);
      if (record.error && !isLasting(record.error)) this.passing.add(record.image);
      else this.passing.delete(record.image);
      logFinished(finished, log, arrived);
      const { done, skipped, faces, failed } = tally;
      progress.update({ done, skipped, faces, failed, retried: this.lanes.stats.retried });
    };
    progress.start(pictures.arriving ? undefined : pictures.images.length);
    try {
      await runBatch(
        {
          ...pictures,
          images: pictures.arriving ?? pictures.images,
          rules: { run: settings.run, force: config.force, retryFailed: config.retryFailed },
          copies: wantedKinds(drawingOf(config)),
          // Further pictures are fetched while lanes work; they wait for a lane in the pool.
          jobs: this.jobs + (pictures.stock?.ahead ?? 0),
        },
        {
          lanes: this.lanes,
          files,
          ledger: output?.ledger,
          stream: config.jsonl ? stdout : undefined,
          shows: screens.shows,
          onFinished,
          stop,
        },
        tally,
      );
    } finally {
      progress.stop();
    }
  }

  async #prune(pictures: Pictures, found: readonly string[], tally: Tally, ledger: Ledger): Promise<void> {
    const { prune, pruneAll, watch } = this.run.config;
    if (!(prune || pruneAll) || this.ports.stop.requested !== undefined) return;
    try {
      const options = { roots: pictures, stock: pictures.stock, found, all: pruneAll };
      Object.assign(tally, await pruneGone(options, recordedIn(ledger), this.ports));
    } catch (error) {
      // Of a folder that is watched the last picture may be taken away any time: that is no reason to end.
      if (!watch || !(error instanceof FatalError) || error.code !== 'NO_PICTURES') throw error;
      this.ports.log.emit({ event: 'warning', message: error.message });
    }
  }

  /** @returns every picture with a record, where they had to be listed. */
  async #publish(
    images: readonly string[],
    notDone: number,
    ledger: Ledger,
  ): Promise<readonly string[] | undefined> {
    const { config, screens } = this.run;
    const begun = this.ports.now();
    const done = { images, notDone, unwritten: this.#unwritten };
    const { format, csvNames, where } = config;
    const options = {
      formats: format,
      names: csvNames,
      where: where === undefined ? undefined : { text: where, shows: screens.shows },
    };
    const { leftOut, recorded } = await writeOutputs(ledger, options, done);
    tellLeftOut(leftOut, 'the tables', this.ports.log);
    this.publishMs = this.ports.now() - begun;
    return recorded;
  }

  /** A watch looks at what is new alone, and an empty folder may be that of a disk that is not mounted. */
  async #lookForGone(pictures: Pictures, recorded: readonly string[] | undefined): Promise<void> {
    const { prune, pruneAll, watch } = this.run.config;
    if (recorded === undefined || prune || pruneAll || watch || pictures.images.length === 0) return;
    if (this.ports.stop.requested === undefined) this.#gone = await countGone(pictures, recorded, this.ports);
  }

  #summarize(): RunSummary {
    const { run, ports, lanes } = this;
    const tally = this.#tally;
    const seconds = (ports.now() - this.started) / 1000;
    const { requested } = ports.stop;
    const { retried, replaced, peakLaneBytes } = lanes.stats;
    return {
      schemaVersion: 1,
      ...(run.output && { output: run.output.path }),
      pictures: this.#asked,
      processed: tally.processed,
      skipped: tally.skipped,
      redrawn: tally.redrawn,
      copiesFailed: tally.copiesFailed,
      reformatted: tally.reformatted,
      notDone: this.#asked - tally.done,
      ...tally.found.counts,
      failed: tally.failed,
      failedNow: tally.failedNow,
      failedByCode: tally.failedByCode,
      unlisted: this.#unlisted,
      unread: this.#unread,
      retried,
      lanesReplaced: replaced,
      pruned: tally.pruned,
      notPruned: tally.notPruned,
      ...(this.#gone !== undefined && { gone: this.#gone }),
      screened: this.#screened,
      seconds,
      picturesPerSecond: seconds > 0 ? (tally.done - tally.skipped) / seconds : 0,
      peakMemory: { parent: ports.peakMemory(), lane: peakLaneBytes },
      ...(requested !== undefined && { stoppedBy: requested }),
      exitCode: exitCodeFor({
        fatal: false,
        signal: requested === 'closed pipe' ? undefined : requested,
        pipeClosed: requested === 'closed pipe',
        screened: this.#screened > 0 && run.config.failIf !== undefined,
        failed: tally.failed + tally.copiesFailed + tally.notPruned,
        allowFailed: run.config.allowFailed,
        unlisted: this.#unlisted,
      }),
    };
  }
}

/** How far a run came that ends early. */
function reachedBy({ done }: Tally, { arriving, images }: Pictures): Omit<Stopped, 'by'> {
  return arriving === undefined ? { pictures: images.length, done } : { done };
}

/** An archive that could not be read once and can be now is no failed picture any more. */
function removeSound({ stock }: Pictures, ledger: Ledger): void {
  for (const archive of stock?.sound ?? []) {
    if (ledger.read(archive)) ledger.remove(archive);
  }
}
