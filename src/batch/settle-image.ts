import { COPY_KINDS, copyFiles, type CopyKind } from '../core/copies.js';
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
      return await redraw(keep(decision.kept, ports), decision.copies, plan, ports);
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
  const outcome = await ports.lanes.process(laneTask(image, plan.copies, plan, ports));
  if (outcome.kind === 'dropped') return undefined;
  const report = await withAttempts(outcome.report, image, stamp, plan, ports);
  const finished = await settle(image, report, stamp, plan, ports);
  return reformatted ? { ...finished, reformatted } : finished;
}

function keep({ record, newMtimeMs }: Kept, { ledger }: SettlePorts): FinishedImage {
  if (newMtimeMs !== undefined) ledger?.restamp(record.image, newMtimeMs);
  return { record, how: 'skipped' };
}

/** Draws copies again from the record. What goes wrong is their fault: the record stays as it is. */
async function redraw(
  kept: FinishedImage,
  copies: readonly CopyKind[],
  plan: DecisionPlan,
  ports: SettlePorts,
): Promise<FinishedImage | undefined> {
  const { record } = kept;
  const { warnings } = record;
  const task = {
    ...laneTask(record.image, copies, plan, ports),
    redraw: { faces: facesOf(record), ...(warnings && { warnings }) },
  };
  const outcome = await ports.lanes.process(task);
  if (outcome.kind === 'dropped') return undefined;
  const { failure, copyFailures = failure ? copies.map((copy) => ({ copy, ...failure })) : [] } =
    outcome.report;
  const drawn = copies.filter((kind) => !copyFailures.some(({ copy }) => copy === kind));
  try {
    if (ports.ledger) removeSurplus(record, drawn, copies, ports.ledger);
  } catch (error) {
    const fault = failureOf(error, 'write');
    return { ...kept, copyFailures: [...copyFailures, ...drawn.map((copy) => ({ copy, ...fault }))] };
  }
  return copyFailures.length > 0 ? { ...kept, copyFailures } : { record, how: 'redrawn' };
}

function laneTask(
  image: string,
  copies: readonly CopyKind[],
  plan: DecisionPlan,
  { ledger }: SettlePorts,
): LaneTask {
  return {
    source: { root: plan.base, path: pathOf(plan, image), relativePath: image },
    ...(ledger && copies.length > 0 && { copies }),
  };
}

/** Makes the record of what a lane found, or of what kept it from looking, and writes it. */
async function settle(
  image: string,
  report: ImageReport,
  stamp: FileStamp | undefined,
  { copies, rules }: DecisionPlan,
  { ledger }: SettlePorts,
): Promise<FinishedImage> {
  const { copyFailures } = report;
  const record = toRecord(image, report, rules.run);
  const finished = { record, how: 'processed', ...(copyFailures && { copyFailures }) } as const;
  if (!ledger) return finished;
  try {
    const drawn =
      record.status === 'failed'
        ? []
        : copies.filter((kind) => !copyFailures?.some(({ copy }) => copy === kind));
    // Copies that do not belong to the record go first: none is ever stale.
    removeSurplus(record, drawn, COPY_KINDS, ledger);
    await ledger.write(record, stamp?.mtimeMs);
    return finished;
  } catch (error) {
    const failure = failureOf(error, 'write');
    return { record: toRecord(image, { ...report, failure }, rules.run), how: 'processed' };
  }
}

/** Removes copies that were not drawn now, of all these kinds. @throws {ImageError} WRITE_FAILED. */
function removeSurplus(
  { image, faces }: PictureRecord,
  drawn: readonly CopyKind[],
  kinds: readonly CopyKind[],
  ledger: Ledger,
): void {
  for (const kind of kinds)
    ledger.removeCopies(kind, image, drawn.includes(kind) ? copyFiles(kind, image, faces.length) : []);
}
