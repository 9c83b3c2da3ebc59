import { COPY_KINDS, copyFiles, type CopyKind } from '../core/copies.js';
import { facesOf, toRecord, type PictureRecord } from '../core/report.js';
import type { FinishedImage } from '../core/summary.js';
import { failureOf, FetchCancelledError } from '../errors.js';
import type { LanePool, Ledger, OpenPicture } from '../ports.js';
import { unreadReport } from '../core/unread-report.js';
import type { FileStamp, ImageFailure, ImageReport, LaneTask } from '../types.js';
import { decide, type Decision, type DecisionPlan, type DecisionPorts, type Kept } from './decide.js';
import { openPicture } from './open-picture.js';
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
  const picture = openPicture(image, plan, ports.files);
  try {
    return await settleOpen(image, picture, plan, ports);
  } catch (error) {
    if (error instanceof FetchCancelledError) return undefined;
    throw error;
  } finally {
    await picture.release();
  }
}

async function settleOpen(
  image: string,
  picture: OpenPicture,
  plan: DecisionPlan,
  ports: SettlePorts,
): Promise<FinishedImage | undefined> {
  const decision = await decide(image, picture, plan, ports);
  switch (decision.action) {
    case 'tag':
      return await tag(image, picture, decision, plan, ports);
    case 'skip':
      return await keep(decision.kept, ports);
    case 'redraw':
      return await redraw(await keep(decision.kept, ports), picture, decision.copies, plan, ports);
    case 'fail':
      return await settle(image, unreadReport(decision.failure), undefined, plan, ports);
  }
}

async function tag(
  image: string,
  picture: OpenPicture,
  { stamp, reformatted }: Extract<Decision, { action: 'tag' }>,
  plan: DecisionPlan,
  ports: SettlePorts,
): Promise<FinishedImage | undefined> {
  const path = await fileOf(picture);
  if (typeof path !== 'string') return await settle(image, unreadReport(path), stamp, plan, ports);
  const outcome = await ports.lanes.process(laneTask(image, path, plan.copies, plan, ports));
  if (outcome.kind === 'dropped') return undefined;
  const report = await withAttempts(outcome.report, image, stamp, picture, plan, ports);
  const finished = await settle(image, report, stamp, plan, ports);
  return reformatted ? { ...finished, reformatted } : finished;
}

/** Where the picture is for a lane, or why it cannot be had. */
async function fileOf(picture: OpenPicture): Promise<string | ImageFailure> {
  try {
    return await picture.file();
  } catch (error) {
    return failureOf(error, 'discover');
  }
}

async function keep({ record, newStamp }: Kept, { ledger }: SettlePorts): Promise<FinishedImage> {
  const { source } = record;
  if (newStamp?.etag !== undefined && source) {
    const stamped = { ...record, source: { ...source, etag: newStamp.etag } };
    await ledger?.write(stamped, newStamp.mtimeMs);
    return { record: stamped, how: 'skipped' };
  }
  if (newStamp) ledger?.restamp(record.image, newStamp.mtimeMs);
  return { record, how: 'skipped' };
}

/** Draws copies again from the record. What goes wrong is their fault: the record stays as it is. */
async function redraw(
  kept: FinishedImage,
  picture: OpenPicture,
  copies: readonly CopyKind[],
  plan: DecisionPlan,
  ports: SettlePorts,
): Promise<FinishedImage | undefined> {
  const { record } = kept;
  const { warnings } = record;
  const path = await fileOf(picture);
  if (typeof path !== 'string') return { ...kept, copyFailures: copies.map((copy) => ({ copy, ...path })) };
  const task = {
    ...laneTask(record.image, path, copies, plan, ports),
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
  path: string,
  copies: readonly CopyKind[],
  plan: DecisionPlan,
  { ledger }: SettlePorts,
): LaneTask {
  return {
    source: { root: plan.base, path, relativePath: image },
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
  const record = toRecord(image, withEtag(report, stamp), rules.run);
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

/** A lane knows of bytes alone. */
function withEtag(report: ImageReport, stamp: FileStamp | undefined): ImageReport {
  if (stamp?.etag === undefined || !report.source) return report;
  return { ...report, source: { ...report.source, etag: stamp.etag } };
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
