import type { Shard } from '../config.js';
import type { Completion, Unfinished } from './completion.js';
import { countOf } from './count-of.js';

/** An output folder to merge. */
export interface FolderState {
  readonly folder: string;
  readonly completion: Completion;
  /** A run is going on there, or was killed and has not been repeated. */
  readonly isBusy: boolean;
}

/**
 * What keeps output folders from being the whole of something, a sentence for each reason; empty when nothing does.
 * Shares must be 1..N of one N, all there; whatever was begun must be finished.
 *
 * @param of the N that there must be shares of, whatever is there.
 */
export function whatIsMissing(folders: readonly FolderState[], of?: number): string[] {
  return [...missingShares(folders, of).map(describeMissing), ...folders.flatMap(unfinishedIn)];
}

function unfinishedIn({ folder, completion: { unfinished }, isBusy }: FolderState): string[] {
  const requests = unfinished.length === 0 ? '' : ` (${unfinished.map(describe).join('; ')})`;
  if (isBusy) {
    return [
      `A run is writing to ${folder}, or was killed there: let it finish, or run its command again${requests}`,
    ];
  }
  return unfinished.length === 0 ? [] : [`${folder} is not finished: run its command again${requests}`];
}

function describe({ shard, paths, stopped }: Unfinished): string {
  const some = paths.length > 3 ? [...paths.slice(0, 3), '…'] : paths;
  const command = [...some, ...(shard ? [`--shard ${shard.index}/${shard.count}`] : [])].join(' ');
  if (stopped === undefined) return command;
  const { by, done, pictures } = stopped;
  const reached =
    pictures === undefined ? countOf(done, 'picture') : `${done} of ${countOf(pictures, 'picture')}`;
  return `${command}, stopped by ${by} after ${reached}`;
}

/** For each N of which there is a share, and for `of`, those of 1..N that nobody holds or has begun. */
export function missingShares(folders: readonly FolderState[], of?: number): SharesOf[] {
  const held = folders.flatMap(({ completion }) => [
    ...completion.shares,
    // A share that was begun is told of once, as unfinished.
    ...completion.unfinished.flatMap(({ shard }) => shard ?? []),
  ]);
  return sharesNotIn(held, of);
}

/** The same, with those that were begun and not finished: what is to be run again. */
export function sharesToRepeat(folders: readonly FolderState[], of?: number): SharesOf[] {
  const begun = folders.flatMap(begunIn);
  const isBegun = (share: Shard): boolean =>
    begun.some(({ index, count }) => index === share.index && count === share.count);
  const done = folders.flatMap(({ completion }) => completion.shares).filter((share) => !isBegun(share));
  return sharesNotIn(done, ...begun.map(({ count }) => count), of);
}

/** The shares that a folder does not have for certain: of one that is being written to, all of them. */
function begunIn({ completion: { shares, unfinished }, isBusy }: FolderState): Shard[] {
  return [...(isBusy ? shares : []), ...unfinished.flatMap(({ shard }) => shard ?? [])];
}

function sharesNotIn(held: readonly Shard[], ...counts: readonly (number | undefined)[]): SharesOf[] {
  const every = new Set([...held.map(({ count }) => count), ...counts.flatMap((count) => count ?? [])]);
  return [...every].flatMap((count) => {
    const there = new Set(held.filter((share) => share.count === count).map(({ index }) => index));
    const indices = Array.from({ length: count }, (_, at) => at + 1).filter((index) => !there.has(index));
    return indices.length === 0 ? [] : [{ count, indices }];
  });
}

interface SharesOf {
  readonly count: number;
  /** Rising, of 1..`count`. */
  readonly indices: readonly number[];
}

function describeMissing({ count, indices }: SharesOf): string {
  const one = indices.length === 1;
  return `${one ? 'Share' : 'Shares'} ${rangesOf(indices).join(', ')} of ${count} ${one ? 'is' : 'are'} missing`;
}

/** A share that two folders hold: `2/3`, and both. */
export function doubleShare(
  folders: readonly FolderState[],
): { readonly share: string; readonly folders: readonly [string, string] } | undefined {
  const holders = new Map<string, string>();
  for (const { folder, completion } of folders) {
    for (const { index, count } of completion.shares) {
      const share = `${index}/${count}`;
      const first = holders.get(share);
      if (first !== undefined) return { share, folders: [first, folder] };
      holders.set(share, folder);
    }
  }
  return undefined;
}

/** Rising whole numbers: `3`, `17`, `40-44`. */
export function rangesOf(numbers: readonly number[]): string[] {
  const ranges: [from: number, to: number][] = [];
  for (const number of numbers) {
    const last = ranges.at(-1);
    if (last?.[1] === number - 1) last[1] = number;
    else ranges.push([number, number]);
  }
  return ranges.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`));
}
