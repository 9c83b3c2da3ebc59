import { facesOf, toRecord, type PictureRecord } from '../core/report.js';
import { pathOf } from '../core/roots.js';
import type { FinishedImage } from '../core/summary.js';
import { failureOf } from '../errors.js';
import type { LanePool, Ledger } from '../ports.js';
import { unreadReport } from '../core/unread-report.js';
import type { FileStamp, ImageReport, LaneTask } from '../types.js';
import { decide, type Decision, type DecisionPlan, type DecisionPorts, type Kept } from './decide.js';
import { withAttempts } from './with-attempts.js';

export interface SettlePorts extends DecisionPorts {
  readonly lanes: LanePool;
}

/**
 * Takes one picture through skip check, lane and ledger. Whatever is wrong with it is data.
 *
 * @returns undefined when it was dropped by a stop.
 * @throws {FatalError} when the run cannot go on.
 */
export async function settleImage(
  image: string,
  plan: DecisionPlan,
  ports: SettlePorts,
): Promise<FinishedImage | undefined> {
  const decision = await decide(image, plan, ports);
  switch (decision.action) {
    case 'tag':
      return await tag(image, decision, plan, ports);
    case 'skip':
      return keep(decision.kept, ports);
    case 'redraw':
      return await redraw(keep(decision.kept, ports), plan, ports);
    case 'fail':
      return await settle(image, unreadReport(decision.failure), undefined, plan, ports);
  }
}

async function tag(
  image: string,
  { stamp, reformatted }: Extract<Decision, { action: 'tag' }>,
  plan: DecisionPlan,
  ports: SettlePorts,
): Promise<FinishedImage | undefined> {
  const outcome = await ports.lanes.process(laneTask(image, plan, ports));
  if (outcome.kind === 'dropped') return undefined;
  const report = await withAttempts(outcome.report, image, stamp, plan, ports);
  const finished = await settle(image, report, stamp, plan, ports);
  return reformatted ? { ...finished, reformatted } : finished;
}

function keep({ record, newMtimeMs }: Kept, { ledger }: SettlePorts): FinishedImage {
  if (newMtimeMs !== undefined) ledger?.restamp(record.image, newMtimeMs);
  return { record, how: 'skipped' };
}

/** Draws the copy again from the record. What goes wrong is the copy's fault: the record stays as it is. */
async function redraw(
  kept: FinishedImage,
  plan: DecisionPlan,
  ports: SettlePorts,
): Promise<FinishedImage | undefined> {
  const { record } = kept;
  const task = { ...laneTask(record.image, plan, ports), redraw: facesOf(record) };
  const outcome = await ports.lanes.process(task);
  if (outcome.kind === 'dropped') return undefined;
  const copyFailure = outcome.report.failure ?? outcome.report.copyFailure;
  return copyFailure ? { ...kept, copyFailure } : { record, how: 'redrawn' };
}

function laneTask(image: string, plan: DecisionPlan, { ledger }: SettlePorts): LaneTask {
  return {
    source: { root: plan.base, path: pathOf(plan, image), relativePath: image },
    ...(plan.annotate && ledger && { annotatedPath: ledger.annotatedPath(image) }),
  };
}

/** Makes the record of what a lane found, or of what kept it from looking, and writes it. */
async function settle(
  image: string,
  report: ImageReport,
  stamp: FileStamp | undefined,
  { annotate, rules }: DecisionPlan,
  { ledger }: SettlePorts,
): Promise<FinishedImage> {
  const { copyFailure } = report;
  const record = toRecord(image, report, rules.run);
  const finished = { record, how: 'processed', ...(copyFailure && { copyFailure }) } as const;
  if (!ledger) return finished;
  try {
    await write(record, annotate && !copyFailure, stamp, ledger);
    return finished;
  } catch (error) {
    const failure = failureOf(error, 'write');
    return { record: toRecord(image, { ...report, failure }, rules.run), how: 'processed' };
  }
}

/** @param drawn whether a new copy may be there. One that does not belong to the record goes first: none is ever stale. */
async function write(
  record: PictureRecord,
  drawn: boolean,
  stamp: FileStamp | undefined,
  ledger: Ledger,
): Promise<void> {
  if (!drawn || record.status === 'failed') ledger.removeAnnotated(record.image);
  await ledger.write(record, stamp?.mtimeMs);
}
