import type { Shard } from '../config.js';
import type { Tally } from './summary.js';

/** What a run was asked to take, as far as another run can be seen to take all of it too. */
export interface Request {
  /** What was typed, relative to the output folder; `--files-from` for a list. */
  readonly paths: readonly string[];
  /** The flags that choose among pictures, as typed. */
  readonly filters: readonly string[];
  readonly shard?: Shard;
}

/** A share of which every picture is done, by its last run. */
export interface DoneShare extends Shard {
  readonly pictures: number;
  readonly failed: number;
  readonly faces: number;
}

/** Which shares an output folder holds, and what was begun there and not brought to its end. */
export interface Completion {
  readonly shares: readonly DoneShare[];
  /** Requests of runs that were stopped or killed; one that is under way is among them. */
  readonly unfinished: readonly Request[];
}

export const NOTHING_BEGUN: Completion = { shares: [], unfinished: [] };

/** A run begins: until its end it counts as unfinished. */
export function begin({ shares, unfinished }: Completion, request: Request): Completion {
  return {
    shares: shares.filter((share) => !sameShard(share, request.shard)),
    unfinished: [...unfinished.filter((earlier) => !takesAll(request, earlier)), request],
  };
}

/** Every picture of a run is done, failed ones included: with it every earlier request that it takes in. */
export function finish({ shares, unfinished }: Completion, request: Request, tally: Totals): Completion {
  const { shard } = request;
  const { failed, faces } = tally;
  const others = shares.filter((share) => !sameShard(share, shard));
  const share = shard && { index: shard.index, count: shard.count, pictures: tally.done, failed, faces };
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
    if (value.schemaVersion !== 1 || !isListOf(shares, isShare) || !isListOf(unfinished, isRequest))
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
  return isShard(value) && isCount(share?.pictures) && isCount(share.failed) && isCount(share.faces);
}

function isRequest(value: unknown): value is Request {
  const request = value as Loose<Request>;
  return (
    isListOf(request?.paths, isText) &&
    isListOf(request.filters, isText) &&
    (request.shard === undefined || isShard(request.shard))
  );
}
