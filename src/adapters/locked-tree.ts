import path from 'node:path';
import { FatalError } from '../errors.js';
import type { FolderLock, LockHolding, LockOwner } from '../packs/ports.js';
import { fatalWriteFault } from './file-faults.js';
import type { OpenFolder } from './open-folder.js';
import { LOCK } from './output-root.js';
import { OutputTree } from './output-tree.js';

/**
 * Locks a folder, sweeps it, runs `work` on its tree, unlocks it. When another run takes the folder over because this one
 * showed no sign of life, the next change is refused.
 *
 * @param work also told whether the lock was that of a run which was killed.
 * @throws {FatalError} OUTPUT_LOCKED, naming the holder; OUTPUT_UNUSABLE, also when the folder was removed meanwhile.
 */
export async function withLockedTree<T>(
  root: OpenFolder,
  lock: FolderLock,
  work: (tree: OutputTree, tookOver: boolean) => Promise<T>,
): Promise<T> {
  const output = root.path;
  let tookOver = false;
  const outcome = await lock
    .hold(root.at(LOCK), (holding) => settled(() => workIn(root, holding, tookOver, work)), {
      shown: path.join(output, LOCK),
      onWait: ({ pid, host }) => {
        throw new FatalError(
          'OUTPUT_LOCKED',
          `Another run (process ${pid} on ${host}) is writing to ${output}. Wait for it, or choose another folder with -o`,
        );
      },
      onTakeover: () => {
        tookOver = true;
      },
    })
    .catch((error: unknown) => {
      throw fatalWriteFault(error, path.join(output, LOCK));
    });
  if ('error' in outcome) throw outcome.error;
  return outcome.value;
}

/** An error of the work as data, so that it is not taken for one of the lock. */
async function settled<T>(work: () => Promise<T>): Promise<{ value: T } | { error: unknown }> {
  try {
    return { value: await work() };
  } catch (error) {
    return { error };
  }
}

async function workIn<T>(
  root: OpenFolder,
  holding: LockHolding,
  tookOver: boolean,
  work: (tree: OutputTree, tookOver: boolean) => Promise<T>,
): Promise<T> {
  const tree = new OutputTree(root, () => {
    const thief = holding.takenBy();
    if (thief) throw lost(root.path, thief);
  });
  try {
    tree.sweep();
    const value = await work(tree, tookOver);
    tree.assertInPlace();
    return value;
  } finally {
    tidy(tree, holding);
  }
}

function lost(output: string, { pid, host }: LockOwner): FatalError {
  return new FatalError(
    'OUTPUT_LOCKED',
    `Another run (process ${pid} on ${host}) has taken over ${output} while this one was stopped. Run the same command again`,
  );
}

/** What is left of work that was cut short goes, unless the folder is another run's by now. */
function tidy(tree: OutputTree, holding: LockHolding): void {
  try {
    if (!holding.takenBy()) tree.tidy();
    tree.forgetFolders();
  } catch {
    // The next run sweeps too.
  }
}
