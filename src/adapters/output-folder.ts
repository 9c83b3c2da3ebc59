import { existsSync, lstatSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { RECORDS } from '../core/output-paths.js';
import { FatalError } from '../errors.js';
import type { FolderLock, LockHolding, LockOwner } from '../packs/ports.js';
import type { OutputFolder, OutputFolders } from '../ports.js';
import { fatalWriteFault } from './file-faults.js';
import { createFolderLock } from './folder-lock.js';
import { openLedger } from './ledger.js';
import { sweepOldTemporaries } from './old-temporaries.js';
import type { OpenFolder } from './open-folder.js';
import { readCompletion, readRoots, writeCompletion, writeRoots } from './output-memory.js';
import { LOCK, makeRoot, openRoot, openUnnamedRoot, removeIfEmpty } from './output-root.js';
import { OutputTree } from './output-tree.js';

export const outputFolders = createOutputFolders(createFolderLock());

export function createOutputFolders(lock: FolderLock): OutputFolders {
  return {
    async hold(output, work, { named = true } = {}) {
      const existed = existsSync(output);
      if (named) makeRoot(output);
      const root = named ? openRoot(output) : openUnnamedRoot(output);
      try {
        return await locked(root, lock, work);
      } finally {
        root.close();
        if (!existed) removeIfEmpty(output);
      }
    },

    async visit(output, work) {
      if (!existsSync(output)) return await work(undefined);
      const tree = new OutputTree(openRoot(output));
      try {
        return await work(openOutput(tree));
      } finally {
        tree.close();
      }
    },
  };
}

async function locked<T>(
  root: OpenFolder,
  lock: FolderLock,
  work: (folder: OutputFolder) => Promise<T>,
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
  work: (folder: OutputFolder) => Promise<T>,
): Promise<T> {
  const tree = new OutputTree(root, () => {
    const thief = holding.takenBy();
    if (thief) throw lost(root.path, thief);
  });
  try {
    tree.sweep();
    if (tookOver) await sweepOldTemporaries(tree);
    const value = await work(openOutput(tree));
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

function openOutput(tree: OutputTree): OutputFolder {
  const { root } = tree;
  return {
    path: root.path,
    root: { path: realpathSync(root.path), identity: root.identity },
    ledger: openLedger(tree),
    hasRecords: () => exists(root, RECORDS),
    isUnfinished: () => exists(root, LOCK),
    readRoots: () => readRoots(tree),
    writeRoots: (roots) => writeRoots(tree, roots),
    readCompletion: () => readCompletion(tree),
    writeCompletion: (completion) => writeCompletion(tree, completion),
  };
}

function exists(root: OpenFolder, name: string): boolean {
  return lstatSync(root.at(name), { throwIfNoEntry: false }) !== undefined;
}
