import type { Shard } from '../config.js';
import type { RunKey, StopReason } from '../types.js';
import type { FatalCode } from '../errors.js';
import type { Tally } from './summary.js';

/** What a run was asked to take, as far as another run can be seen to take all of it too. */
export interface Request {
  /** What was typed, relative to the output folder; `--files-from` for a list. */
  readonly paths: readonly string[];
  /** The flags that choose among pictures, as typed. */
  readonly filters: readonly string[];
  readonly shard?: Shard;
}

/** A share of which every picture is done, by its last run. Notes of facetag 0.1.0 have no `filters` and no `run`. */
export interface DoneShare extends Shard {
  readonly pictures: number;
  readonly failed: number;
  readonly faces: number;
  /** As it was asked for. */
  readonly filters?: readonly string[];
  /** What its records were made with, also where it has none. */
  readonly run?: RunKey;
}

/** How far a run came that ended in order, though before its end. */
export interface Stopped {
  /** What ended it: a signal, its reader, or a fault. */
  readonly by: StopReason | FatalCode;
  /** Pictures that it was to take; absent where the list was still being read. */
  readonly pictures?: number;
  /** Those of them that are done. */
  readonly done: number;
}

/** A request that was begun and not brought to its end. */
export interface Unfinished extends Request {
  readonly run?: RunKey;
  /** Absent while its run is under way, and after one that was killed. */
  readonly stopped?: Stopped;
}

/** Which shares an output folder holds, and what was begun there and not brought to its end. */
export interface Completion {
  readonly shares: readonly DoneShare[];
  /** Requests of runs that were stopped or killed; one that is under way is among them. */
  readonly unfinished: readonly Unfinished[];
}

export const NOTHING_BEGUN: Completion = { shares: [], unfinished: [] };

/** A run begins: until its end it counts as unfinished. */
export function begin({ shares, unfinished }: Completion, request: Request, run: RunKey): Completion {
  return {
    shares: shares.filter((share) => !sameShard(share, request.shard)),
    unfinished: [...unfinished.filter((earlier) => !takesAll(request, earlier)), { ...request, run }],
  };
}

/** A run that has begun ends before its end. */
export function stop({ shares, unfinished }: Completion, stopped: Stopped): Completion {
  // The last one is its own: nobody else writes to the folder.
  return {
    shares,
    unfinished: unfinished.map((each, at) => (at < unfinished.length - 1 ? each : { ...each, stopped })),
  };
}

/** Every picture of a run is done, failed ones included: with it every earlier request that it takes in. */
export function finish(
  { shares, unfinished }: Completion,
  request: Request,
  run: RunKey,
  tally: Totals,
): Completion {
  const { shard, filters } = request;
  const { failed, faces } = tally;
  const others = shares.filter((share) => !sameShard(share, shard));
  const share = shard && { ...shard, pictures: tally.done, failed, faces, filters, run };
  return {
    shares: share ? [...others, share].sort((a, b) => a.count - b.count || a.index - b.index) : others,
    unfinished: unfinished.filter((earlier) => !takesAll(request, earlier)),
  };
}

type Totals = Pick<Tally, 'done' | 'failed' | 'faces'>;

function sameShard(a: Shard, b: Shard | undefined): boolean {
  return a.index === b?.index && a.count === b.count;
}

/** Whether a request takes every picture of an earlier one: the same shard or all, each path or one around it. */
function takesAll(request: Request, earlier: Request): boolean {
  return (
    (request.shard === undefined ||
      (earlier.shard !== undefined && sameShard(earlier.shard, request.shard))) &&
    JSON.stringify(request.filters) === JSON.stringify(earlier.filters) &&
    earlier.paths.every((inner) => request.paths.some((outer) => isInside(outer, inner)))
  );
}

/** Of two relative paths from the same place, with `..` only in front. */
function isInside(outer: string, inner: string): boolean {
  if (outer === inner) return true;
  if (outer === '.') return !inner.startsWith('..');
  return inner.startsWith(`${outer}/`) && !inner.startsWith(`${outer}/..`);
}

/** Text of `<output>/completion.json`; undefined where no file is needed. No clock times: the same runs, the same bytes. */
export function formatCompletion({ shares, unfinished }: Completion): string | undefined {
  if (shares.length === 0 && unfinished.length === 0) return undefined;
  const complete = unfinished.length === 0;
  return JSON.stringify({ schemaVersion: 1, complete, shares, unfinished }, null, 2) + '\n';
}

/** Reads it back; undefined when it is not what facetag writes there. */
export function parseCompletion(text: string): Completion | undefined {
  try {
    const value = JSON.parse(text) as { readonly schemaVersion?: unknown } & Partial<
      Record<keyof Completion, unknown>
    >;
    const { shares, unfinished } = value;
    if (value.schemaVersion !== 1 || !isListOf(shares, isShare) || !isListOf(unfinished, isUnfinished))
      return undefined;
    return { shares, unfinished };
  } catch {
    return undefined;
  }
}

function isListOf<T>(value: unknown, isOne: (item: unknown) => item is T): value is T[] {
  return Array.isArray(value) && value.every(isOne);
}

type Loose<T> = Partial<Record<keyof T, unknown>> | null;

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
const isText = (value: unknown): value is string => typeof value === 'string';

function isShard(value: unknown): value is Shard {
  const shard = value as Loose<Shard>;
  return isCount(shard?.index) && isCount(shard.count) && shard.index >= 1 && shard.index <= shard.count;
}

function isShare(value: unknown): value is DoneShare {
  const share = value as Loose<DoneShare>;
  return (
    isShard(value) &&
    isCount(share?.pictures) &&
    isCount(share.failed) &&
    isCount(share.faces) &&
    (share.filters === undefined || isListOf(share.filters, isText)) &&
    (share.run === undefined || isRunKey(share.run))
  );
}

function isUnfinished(value: unknown): value is Unfinished {
  const request = value as Loose<Unfinished>;
  return (
    isListOf(request?.paths, isText) &&
    isListOf(request.filters, isText) &&
    (request.shard === undefined || isShard(request.shard)) &&
    (request.run === undefined || isRunKey(request.run)) &&
    (request.stopped === undefined || isStopped(request.stopped))
  );
}

function isRunKey(value: unknown): value is RunKey {
  const run = value as Loose<RunKey>;
  return (
    [run?.pack, run?.models, run?.settings, run?.engine].every(isText) &&
    (run?.precision === undefined || run.precision === 'int8')
  );
}

function isStopped(value: unknown): value is Stopped {
  const stopped = value as Loose<Stopped>;
  return (
    isText(stopped?.by) &&
    isCount(stopped.done) &&
    (stopped.pictures === undefined || isCount(stopped.pictures))
  );
}
