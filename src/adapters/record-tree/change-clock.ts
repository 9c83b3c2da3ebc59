import { closeSync, constants, fstatSync, futimesSync, openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { FatalError } from '../../errors.js';
import type { OutputTree } from '../output-tree.js';

/** Milliseconds between two looks at the clock, which moves every 1 to 10 ms on most file systems, */
const STEP_MS = 5;

/** and every two seconds on the coarsest. */
const LONGEST_MS = 2500;

const NEW = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/**
 * Waits until the clock has moved on by which the file system dates changes (ctime). Whatever has an older date when it is
 * looked at after that gets another one with the next change, however soon that comes.
 *
 * @returns milliseconds since the epoch; undefined where changes are not dated, or too coarsely to wait for, or where no
 * file can be made to try it.
 * @throws {FatalError} OUTPUT_LOCKED.
 */
export async function movedOn(tree: OutputTree): Promise<number | undefined> {
  try {
    const folder = tree.makeWorkFolder();
    try {
      return await nextTick(folder.at('clock'));
    } finally {
      tree.removeWorkFolder(folder);
    }
  } catch (error) {
    if (error instanceof FatalError) throw error;
    return undefined;
  }
}

async function nextTick(file: string): Promise<number | undefined> {
  const descriptor = openSync(file, NEW, 0o600);
  try {
    const first = changeOf(descriptor);
    for (let waited = 0; first !== undefined && waited < LONGEST_MS; waited += STEP_MS) {
      await sleep(STEP_MS);
      const now = changeOf(descriptor) ?? first;
      if (now > first) return now;
    }
    return undefined;
  } finally {
    closeSync(descriptor);
  }
}

/** Changes the file and asks when that was; undefined where the answer is the time of writing that was set. */
function changeOf(descriptor: number): number | undefined {
  futimesSync(descriptor, 0, 0);
  const { ctimeMs, mtimeMs } = fstatSync(descriptor);
  return ctimeMs === mtimeMs ? undefined : ctimeMs;
}
