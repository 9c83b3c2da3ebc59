import { existsSync, lstatSync, realpathSync } from 'node:fs';
import { RECORDS } from '../core/output-paths.js';
import type { FolderLock } from '../packs/ports.js';
import type { OutputFolder, OutputFolders } from '../ports.js';
import { createFolderLock } from './folder-lock.js';
import { openLedger } from './ledger.js';
import { withLockedTree } from './locked-tree.js';
import { sweepOldTemporaries } from './old-temporaries.js';
import type { OpenFolder } from './open-folder.js';
import {
  readCompletion,
  readCopyStyles,
  readRoots,
  writeCompletion,
  writeCopyStyles,
  writeRoots,
} from './output-memory.js';
import { LOCK, makeRoot, openRoot, openUnnamedRoot, removeIfEmpty } from './output-root.js';
import { OutputTree, TEMPORARIES } from './output-tree.js';

export const outputFolders = createOutputFolders(createFolderLock());

export function createOutputFolders(lock: FolderLock): OutputFolders {
  return {
    async hold(output, work, { named = true } = {}) {
      const existed = existsSync(output);
      if (named) makeRoot(output);
      const root = named ? openRoot(output) : openUnnamedRoot(output);
      try {
        return await withLockedTree(root, lock, async (tree, tookOver) => {
          if (tookOver) await sweepOldTemporaries(tree);
          return await work(openOutput(tree));
        });
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

function openOutput(tree: OutputTree): OutputFolder {
  const { root } = tree;
  return {
    path: root.path,
    root: { path: realpathSync(root.path), identity: root.identity },
    ledger: openLedger(tree),
    openFiles: async () => (await import('./output-files.js')).openOutputFiles(tree),
    withWorkFolder: async (work) => (await import('./work-folder.js')).withWorkFolder(tree, work),
    hasRecords: () => exists(root, RECORDS),
    isUnfinished: () => exists(root, LOCK),
    isBlank: () => root.list().every(({ name }) => name.startsWith(LOCK) || name === TEMPORARIES),
    readRoots: () => readRoots(tree),
    writeRoots: (roots) => writeRoots(tree, roots),
    readCompletion: () => readCompletion(tree),
    writeCompletion: (completion) => writeCompletion(tree, completion),
    readCopyStyles: () => readCopyStyles(tree),
    writeCopyStyles: (styles) => writeCopyStyles(tree, styles),
  };
}

function exists(root: OpenFolder, name: string): boolean {
  return lstatSync(root.at(name), { throwIfNoEntry: false }) !== undefined;
}
