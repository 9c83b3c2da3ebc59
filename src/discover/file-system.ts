import type nodeFs from 'node:fs';
import { promisify } from 'node:util';
import { kindIn, saysAbsent, unclear, type PathKind } from '../core/path-kind.js';
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

/** A disk that is slow is better asked several things at a time than by `kindNow`. */
export async function kindOf(fs: DiscoveryFileSystem, location: string): Promise<PathKind> {
  const stats = await statOf(fs, location);
  if (typeof stats !== 'string') return kindIn(stats);
  return saysAbsent(stats) && !(await exists(fs, location)) ? 'absent' : unclear(stats);
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
