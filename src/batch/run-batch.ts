import { setImmediate as nextTurn } from 'node:timers/promises';
import pLimit from 'p-limit';
import { formatLine, type PictureRecord } from '../core/report.js';
import type { FinishedImage, Tally } from '../core/summary.js';
import { PipeClosedError } from '../errors.js';
import type { ReportSink, StopSwitch } from '../ports.js';
import type { DecisionPlan } from './decide.js';
import { OrderedWindow } from './ordered-window.js';
import { settleImage, type SettlePorts } from './settle-image.js';

/** Finished pictures that may wait for an earlier one before the ordered stream; bounds memory. */
const WINDOW = 256;

/** Pictures between two looks at the event loop, so that signals are heard while everything is skipped. */
const TURN = 64;

/** Names that are still being found. */
export interface ArrivingNames extends AsyncIterable<string> {
  /** No further one is waited for. */
  cancel(): void;
}

export interface BatchPlan extends DecisionPlan {
  /** Names of pictures, in output order. */
  readonly images: readonly string[] | ArrivingNames;
  /** Pictures in flight: the number of lanes. */
  readonly jobs: number;
}

export interface BatchPorts extends SettlePorts {
  /** The ordered stream of `--jsonl`. */
  readonly stream: ReportSink | undefined;
  /** Which records the stream shows: `--where`. */
  readonly shows: (record: PictureRecord) => boolean;
  /** Hears of every picture, as it is finished. */
  readonly onFinished: (finished: FinishedImage) => void;
  readonly stop: StopSwitch;
}

/**
 * Takes every picture through skip check, lane and ledger, at most `jobs` at once, and streams records in input order.
 * Counts into `tally`. Returns when everything handed out is finished, also after a stop was asked for.
 *
 * @throws {FatalError} when the run cannot go on; pictures finished before it keep their records.
 */
export async function runBatch(plan: BatchPlan, ports: BatchPorts, tally: Tally): Promise<void> {
  const limit = pLimit(plan.jobs);
  const window = new OrderedWindow<FinishedImage>(WINDOW, (finished) => streamOut(finished, ports));
  const failure: { error?: unknown } = {};
  const inFlight = new Set<Promise<void>>();

  const handOut = (image: string, index: number): void => {
    const work = limit(async () => {
      const finished = ports.stop.requested === undefined ? await settleImage(image, plan, ports) : undefined;
      if (finished) {
        tally.add(finished);
        ports.onFinished(finished);
      }
      await window.finished(index, finished);
    }).catch(async (error: unknown) => {
      if (error instanceof PipeClosedError) ports.stop.request('closed pipe');
      else if (!('error' in failure)) {
        failure.error = error;
        plan.stock?.cancel();
        await ports.lanes.kill();
      }
      if ('cancel' in plan.images) plan.images.cancel();
      window.abandon();
    });
    inFlight.add(work);
    void work.finally(() => inFlight.delete(work));
  };

  try {
    let index = 0;
    for await (const image of plan.images) {
      if (index % TURN === 0) await nextTurn();
      await window.room(index);
      if (limit.pendingCount > 0) await Promise.race(inFlight);
      if (ports.stop.requested !== undefined || 'error' in failure) break;
      handOut(image, index);
      index += 1;
    }
  } catch (error) {
    // The list itself is at fault: pictures in flight may finish.
    failure.error ??= error;
  }

  await Promise.all(inFlight);
  if ('error' in failure) throw failure.error;
}

async function streamOut({ record }: FinishedImage, { stream, shows }: BatchPorts): Promise<void> {
  if (stream && shows(record)) await stream.write(formatLine(record));
}
