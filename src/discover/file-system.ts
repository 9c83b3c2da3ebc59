import type nodeFs from 'node:fs';
import { promisify } from 'node:util';
import { codeOf, messageOf } from '../core/thrown.js';

/** The part of `node:fs` that discovery uses; tests put odd ones in its place. */
export interface DiscoveryFileSystem {
  readonly readdir: typeof nodeFs.readdir;
  readonly lstat: typeof nodeFs.lstat;
  readonly stat: typeof nodeFs.stat;
  readonly realpath: { readonly native: typeof nodeFs.realpath.native };
}

/** What there is at a path, links followed; `reason` is why it cannot be looked at. */
export type PathKind = 'folder' | 'file' | 'special' | 'absent' | { readonly reason: string };

/** What `stat` answers for a path that leads nowhere, and Node for one that holds a NUL. */
const ABSENT = ['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'ERR_INVALID_ARG_VALUE'];

export async function kindOf(fs: DiscoveryFileSystem, location: string): Promise<PathKind> {
  const stats = await statOf(fs, location);
  if (typeof stats !== 'string') {
    if (stats.isDirectory()) return 'folder';
    return stats.isFile() ? 'file' : 'special';
  }
  if (!ABSENT.includes(stats)) return { reason: `cannot be looked at (${stats})` };
  return (await exists(fs, location)) ? { reason: `a link that leads nowhere (${stats})` } : 'absent';
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
