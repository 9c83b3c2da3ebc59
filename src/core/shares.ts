import type { Completion } from './completion.js';

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
 */
export function whatIsMissing(folders: readonly FolderState[]): string[] {
  const unfinished = folders.flatMap(unfinishedIn);
  return [...unfinished, ...missingShares(folders).map(describeMissing)];
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

function describe({ shard, paths }: Completion['unfinished'][number]): string {
  const some = paths.length > 3 ? [...paths.slice(0, 3), '…'] : paths;
  return [...some, ...(shard ? [`--shard ${shard.index}/${shard.count}`] : [])].join(' ');
}

/** For each N of which there is a share, those of 1..N that nobody holds or has begun. */
export function missingShares(folders: readonly FolderState[]): MissingShares[] {
  const held = folders.flatMap(({ completion }) => [
    ...completion.shares,
    // A share that was begun is told of once, as unfinished.
    ...completion.unfinished.flatMap(({ shard }) => shard ?? []),
  ]);
  return [...new Set(held.map(({ count }) => count))].flatMap((count) => {
    const there = new Set(held.filter((share) => share.count === count).map(({ index }) => index));
    const indices = Array.from({ length: count }, (_, at) => at + 1).filter((index) => !there.has(index));
    return indices.length === 0 ? [] : [{ count, indices }];
  });
}

interface MissingShares {
  readonly count: number;
  /** Rising, of 1..`count`. */
  readonly indices: readonly number[];
}

function describeMissing({ count, indices }: MissingShares): string {
  const one = indices.length === 1;
  return `${one ? 'Share' : 'Shares'} ${formatRanges(indices)} of ${count} ${one ? 'is' : 'are'} missing`;
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

/** Rising whole numbers: `3, 17, 40-44`. */
export function formatRanges(numbers: readonly number[]): string {
  const ranges: [from: number, to: number][] = [];
  for (const number of numbers) {
    const last = ranges.at(-1);
    if (last?.[1] === number - 1) last[1] = number;
    else ranges.push([number, number]);
  }
  return ranges.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(', ');
}
