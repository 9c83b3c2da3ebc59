import { existsSync, lstatSync, realpathSync } from 'node:fs';
import type { RecordForm } from '../config.js';
import { RECORDS, RECORDS_FILE, RECORDS_JOURNAL } from '../core/output-paths.js';
import { FatalError, usageError } from '../errors.js';
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
import type { OpenRecordStore } from './record-store.js';
import { RecordTree } from './record-tree.js';

export const outputFolders = createOutputFolders(createFolderLock());

/** @param worthNoting as of `RecordTree`. */
export function createOutputFolders(lock: FolderLock, worthNoting?: number): OutputFolders {
  const lend = <T>(tree: OutputTree, form: RecordForm | undefined, work: WorkWith<T>): Promise<T> =>
    withRecords(tree, form, work, worthNoting);
  return {
    async hold(output, work, { named = true, records: form } = {}) {
      const existed = existsSync(output);
      if (named) makeRoot(output);
      const root = named ? openRoot(output) : openUnnamedRoot(output);
      try {
        return await withLockedTree(root, lock, async (tree, tookOver) => {
          if (tookOver) await sweepOldTemporaries(tree);
          return await lend(tree, form, async (records) => {
            await records.recover();
            const value = await work(openOutput(tree, records));
            await records.settle();
            return value;
          });
        });
      } finally {
        root.close();
        if (!existed) removeIfEmpty(output);
      }
    },

    async visit(output, work, { records: form } = {}) {
      if (!existsSync(output)) return await work(undefined);
      const tree = new OutputTree(openRoot(output));
      try {
        return await lend(tree, form, (records) => work(openOutput(tree, records)));
      } finally {
        tree.close();
      }
    },
  };
}

type WorkWith<T> = (records: OpenRecordStore) => Promise<T>;

/**
 * Lends the store of the records. What they need where they are in one file is loaded only then.
 *
 * @param wanted undefined leaves it to what there is, and without records to a tree.
 * @throws {FatalError} USAGE for another form than that of the records that are there; OUTPUT_UNUSABLE for both forms.
 */
async function withRecords<T>(
  tree: OutputTree,
  wanted: RecordForm | undefined,
  work: WorkWith<T>,
  worthNoting: number | undefined,
): Promise<T> {
  const { root } = tree;
  const found = formOf(root);
  if (found !== undefined && wanted !== undefined && found !== wanted) {
    const { code, message } = usageError(
      `${found}, as the records in ${root.path} are,`,
      '--records',
      wanted,
    );
    throw new FatalError(
      code,
      `${message}\nfacetag merge ${root.path} -o <dir> --records ${wanted} writes them so`,
    );
  }
  if ((found ?? wanted) !== 'jsonl') return await work(new RecordTree(tree, worthNoting));
  const { RecordsFile } = await import('./records-file/records-file.js');
  const records = new RecordsFile(tree);
  try {
    return await work(records);
  } finally {
    records.close();
  }
}

/** @throws {FatalError} OUTPUT_UNUSABLE where nobody can tell which of two forms is meant. */
function formOf(root: OpenFolder): RecordForm | undefined {
  const isTree = exists(root, RECORDS);
  const isFile = exists(root, RECORDS_FILE) || exists(root, RECORDS_JOURNAL);
  if (!isTree) return isFile ? 'jsonl' : undefined;
  if (!isFile) return 'tree';
  const message = `${root.path} has records both in ${RECORDS} and in ${RECORDS_FILE}: remove those that are not wanted`;
  throw new FatalError('OUTPUT_UNUSABLE', message);
}

function openOutput(tree: OutputTree, records: OpenRecordStore): OutputFolder {
  const { root } = tree;
  return {
    path: root.path,
    root: { path: realpathSync(root.path), identity: root.identity },
    ledger: openLedger(tree, records),
    recordForm: formOf(root),
    openFiles: async () => (await import('./output-files.js')).openOutputFiles(tree),
    withWorkFolder: async (work) => (await import('./work-folder.js')).withWorkFolder(tree, work),
    hasRecords: () => formOf(root) !== undefined,
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
