import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import pLimit from 'p-limit';
import { OrderedWindow } from './ordered-window.js';
import { facesOf, formatLine, toRecord, type PictureRecord } from '../core/report.js';
import { decideSkip, type SkipRules } from '../core/skip.js';
import type { Tally } from '../core/summary.js';
import { ImageError, PipeClosedError } from '../errors.js';
import type { LanePool, Ledger, PictureFiles, ReportSink, StopSwitch, StoredRecord } from '../ports.js';
import type { FileStamp, ImageFailure, ImageReport, LaneTask } from '../types.js';

/** Finished pictures that may wait for an earlier one before the ordered stream; bounds memory. */
const WINDOW = 256;

/** Pictures between two looks at the event loop, so that signals are heard while everything is skipped. */
const TURN = 64;

export interface BatchPlan {
  /** Absolute base folder. */
  readonly base: string;
  /** Pictures below it, in output order. */
  readonly images: readonly string[];
  /** Paths that turned up but are no pictures to read: each becomes a failed record. */
  readonly faults: ReadonlyMap<string, ImageFailure>;
  readonly rules: SkipRules;
  readonly annotate: boolean;
  /** Pictures in flight: the number of lanes. */
  readonly jobs: number;
}

export interface BatchPorts {
  readonly lanes: LanePool;
  readonly files: PictureFiles;
  /** Absent when nothing is written. */
  readonly ledger: Ledger | undefined;
  /** The ordered stream of `--jsonl`. */
  readonly stream: ReportSink | undefined;
  /** Which records the stream shows: `--where`. */
  readonly shows: (record: PictureRecord) => boolean;
  /** Hears of every finished picture, as it finishes. */
  readonly onRecord: (record: PictureRecord, how: Settled['how']) => void;
  readonly stop: StopSwitch;
}

interface Settled {
  readonly record: PictureRecord;
  readonly how: 'processed' | 'skipped' | 'redrawn';
}

/**
 * Takes every picture through skip check, lane and ledger, at most `jobs` at once, and streams records in input order.
 * Counts into `tally`. Returns when everything handed out is finished, also after a stop was asked for.
 *
 * @throws {FatalError} when the run cannot go on; pictures finished before it keep their records.
 */
export async function runBatch(plan: BatchPlan, ports: BatchPorts, tally: Tally): Promise<void> {
  const limit = pLimit(plan.jobs);
  const window = new OrderedWindow<Settled>(WINDOW, (settled) => streamOut(settled, ports));
  const failure: { error?: unknown } = {};
  const inFlight = new Set<Promise<void>>();

  for (const [index, image] of plan.images.entries()) {
    if (index % TURN === 0) await nextTurn();
    await window.room(index);
    if (limit.pendingCount > 0) await Promise.race(inFlight);
    if (ports.stop.requested !== undefined || 'error' in failure) break;

    const work = limit(async () => {
      const settled = ports.stop.requested === undefined ? await settle(image, plan, ports) : undefined;
      if (settled) {
        tally.add(settled.record, settled.how);
        ports.onRecord(settled.record, settled.how);
      }
      await window.finished(index, settled);
    }).catch(async (error: unknown) => {
      if (error instanceof PipeClosedError) ports.stop.request('closed pipe');
      else if (!('error' in failure)) {
        failure.error = error;
        await ports.lanes.kill();
      }
      window.abandon();
    });
    inFlight.add(work);
    void work.finally(() => inFlight.delete(work));
  }

  await Promise.all(inFlight);
  if ('error' in failure) throw failure.error;
}

async function streamOut({ record }: Settled, { stream, shows }: BatchPorts): Promise<void> {
  if (stream && shows(record)) await stream.write(formatLine(record));
}

/** One picture; undefined when it was dropped by a stop. */
async function settle(image: string, plan: BatchPlan, ports: BatchPorts): Promise<Settled | undefined> {
  const { ledger } = ports;
  const file = path.join(plan.base, image);
  const stored = ledger?.read(image);
  let stamp: FileStamp;
  try {
    const fault = plan.faults.get(image);
    if (fault) throw new ImageError(fault.code, fault.message, fault.stage);
    stamp = ports.files.stamp(file);
    if (ledger && stored && (await isUnchanged(file, stored, stamp, plan, ports))) {
      return await keep(image, stored.record, plan, ports, ledger);
    }
  } catch (error) {
    return { record: await record(image, unreadReport(error), undefined, plan, ports), how: 'processed' };
  }

  const outcome = await ports.lanes.process(laneTask(image, plan, ledger));
  if (outcome.kind === 'dropped') return undefined;
  return { record: await record(image, outcome.report, stamp, plan, ports), how: 'processed' };
}

async function isUnchanged(
  file: string,
  stored: StoredRecord,
  stamp: FileStamp,
  plan: BatchPlan,
  { files, ledger }: BatchPorts,
): Promise<boolean> {
  const decision = decideSkip(stored.record, stored.mtimeMs, stamp, plan.rules);
  if (decision !== 'hash') return decision === 'skip';
  if ((await files.sha256(file)) !== stored.record.source?.sha256) return false;
  ledger?.restamp(stored.record.image, stamp.mtimeMs);
  return true;
}

/** An unchanged picture: at most its annotated copy is missing, which is drawn again from the record. */
async function keep(
  image: string,
  stored: PictureRecord,
  plan: BatchPlan,
  ports: BatchPorts,
  ledger: Ledger,
): Promise<Settled | undefined> {
  if (!plan.annotate || stored.status === 'failed' || ledger.hasAnnotated(image)) {
    return { record: stored, how: 'skipped' };
  }
  const outcome = await ports.lanes.process({ ...laneTask(image, plan, ledger), redraw: facesOf(stored) });
  if (outcome.kind === 'dropped') return undefined;
  if (!outcome.report.failure) return { record: stored, how: 'redrawn' };
  return { record: await record(image, outcome.report, undefined, plan, ports), how: 'processed' };
}

function laneTask(image: string, plan: BatchPlan, ledger: Ledger | undefined): LaneTask {
  return {
    source: { root: plan.base, path: path.join(plan.base, image), relativePath: image },
    ...(plan.annotate && ledger && { annotatedPath: ledger.annotatedPath(image) }),
  };
}

/** Makes the record and writes it. A copy that no longer belongs to the record goes first, so none is ever stale. */
async function record(
  image: string,
  report: ImageReport,
  stamp: FileStamp | undefined,
  plan: BatchPlan,
  { ledger }: BatchPorts,
): Promise<PictureRecord> {
  const made = toRecord(image, report, plan.rules.run);
  if (!ledger) return made;
  try {
    if (!plan.annotate || made.status === 'failed') ledger.removeAnnotated(image);
    await ledger.write(made, stamp?.mtimeMs);
    return made;
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    const { source, ...rest } = report;
    const failure = { stage: 'write' as const, code: error.code, message: error.message };
    return toRecord(image, { ...rest, ...(source && { source }), failure }, plan.rules.run);
  }
}

/** The report of a picture that could not even be looked at. */
function unreadReport(error: unknown): ImageReport {
  if (!(error instanceof ImageError)) throw error;
  const failure = { stage: error.stage ?? 'discover', code: error.code, message: error.message } as const;
  return { width: 0, height: 0, scale: 0, faces: [], failure };
}
