import type nodeFs from 'node:fs';
import { promisify } from 'node:util';
import { codeOf, messageOf } from '../core/thrown.js';

/** The part of `node:fs` that discovery uses; tests put odd ones in its place. */
export interface DiscoveryFileSystem {
  readonly readdir: typeof nodeFs.readdir;
  readonly lstat: typeof nodeFs.lstat;
  readonly stat: typeof nodeFs.stat;
  readonly lstatSync: typeof nodeFs.lstatSync;
  readonly statSync: typeof nodeFs.statSync;
  readonly realpath: { readonly native: typeof nodeFs.realpath.native };
}

/** What there is at a path, links followed; `reason` is why it cannot be looked at. */
export type PathKind = 'folder' | 'file' | 'special' | 'absent' | { readonly reason: string };

/** What `stat` answers for a path that leads nowhere, and Node for one that holds a NUL. */
const ABSENT = ['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'ERR_INVALID_ARG_VALUE'];

export async function kindOf(fs: DiscoveryFileSystem, location: string): Promise<PathKind> {
  const stats = await statOf(fs, location);
  if (typeof stats !== 'string') return kindIn(stats);
  return ABSENT.includes(stats) && !(await exists(fs, location)) ? 'absent' : unclear(stats);
}

/**
 * The same at once, without a hop to another thread: where there is nothing it takes a fifth of the time. A disk that is
 * slow is better asked several things at a time.
 */
export function kindNow(fs: DiscoveryFileSystem, location: string): PathKind {
  let isThere = false;
  try {
    const stats = fs.lstatSync(location, { throwIfNoEntry: false });
    if (stats === undefined) return 'absent';
    isThere = true;
    return kindIn(stats.isSymbolicLink() ? fs.statSync(location) : stats);
  } catch (error) {
    const code = codeOf(error) ?? messageOf(error);
    return ABSENT.includes(code) && !isThere ? 'absent' : unclear(code);
  }
}

function kindIn(stats: nodeFs.Stats): PathKind {
  if (stats.isDirectory()) return 'folder';
  return stats.isFile() ? 'file' : 'special';
}

/** @param code of the error that a look at what a path leads to ended with. */
function unclear(code: string): PathKind {
  return {
    reason: `${ABSENT.includes(code) ? 'a link that leads nowhere' : 'cannot be looked at'} (${code})`,
  };
}

/** What a path is, links followed: the stats, or the error code (`ENOENT`, `EACCES`, ...). */
export async function statOf(fs: DiscoveryFileSystem, location: string): Promise<nodeFs.Stats | string> {
  try {
    // The callback form costs half of fs.promises.stat.
    return await promisify(fs.stat)(location);
  } catch (error) {
    return codeOf(error) ?? messageOf(error);
  }
}

/** True when something has this name, be it a dangling link. */
export async function exists(fs: DiscoveryFileSystem, location: string): Promise<boolean> {
  return promisify(fs.lstat)(location).then(
    () => true,
    () => false,
  );
}

/** The path without links, or the path itself where it cannot be resolved. */
export async function realPathOf(fs: DiscoveryFileSystem, location: string): Promise<string> {
  return promisify(fs.realpath.native)(location).catch(() => location);
}

/** Calls in flight at once; libuv runs four of them, more would only cost memory. */
const BATCH = 64;

/**
 * Asks about every item, a batch at a time (a million pending promises would cost a gigabyte), and takes the answers in
 * the order of the items, so that results do not depend on which answer came first.
 */
export async function inBatches<T, R>(
  items: readonly T[],
  ask: (item: T) => Promise<R>,
  take: (answer: R, item: T) => void,
): Promise<void> {
  for (let start = 0; start < items.length; start += BATCH) {
    const batch = items.slice(start, start + BATCH);
    const answers = await Promise.all(batch.map(ask));
    for (const [index, item] of batch.entries()) take(answers[index] as R, item);
  }
}
