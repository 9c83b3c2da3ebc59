import { existsSync, readFileSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { usageError } from '../errors.js';
import type { ReportFolder, ReportFolders } from '../ports.js';
import { fatalReadFault, fatalWriteFault } from './file-faults.js';
import { createFolderLock } from './folder-lock.js';
import type { OpenFolder } from './open-folder.js';
import { withLockedTree } from './locked-tree.js';
import { makeRoot, openRoot, openUnnamedRoot, removeIfEmpty } from './output-root.js';
import type { OutputTree } from './output-tree.js';
import { textOf, withPlainFile } from './plain-file.js';

/** By what a report's folder is known. */
export interface ReportMark {
  /** Name of a file in it. */
  readonly file: string;
  /** What that file has in its first 512 characters. */
  readonly text: string;
}

const lock = createFolderLock();

export const createReportFolders = (mark: ReportMark): ReportFolders => ({
  async hold(location, work, { named }) {
    const existed = existsSync(location);
    if (named) makeRoot(location);
    const root = named ? openRoot(location) : openUnnamedRoot(location);
    try {
      requireOurs(root, mark);
      return await withLockedTree(root, lock, (tree) => {
        requireOurs(root, mark);
        return work(openReport(tree));
      });
    } finally {
      root.close();
      if (!existed) removeIfEmpty(location);
    }
  },
});

const HEAD = 512;

/** Ours are an empty folder and one whose page says so. What locks and writes leave (`.facetag…`) does not count. */
function requireOurs(root: OpenFolder, mark: ReportMark): void {
  if (root.list().every(({ name }) => name.startsWith('.facetag')) || isReport(root, mark)) return;
  throw usageError('a new or empty folder, or an earlier report,', 'the report', root.path);
}

function isReport(root: OpenFolder, { file, text }: ReportMark): boolean {
  try {
    return withPlainFile(root.at(file), root.path, textOf).slice(0, HEAD).includes(text);
  } catch {
    return false;
  }
}

function openReport(tree: OutputTree): ReportFolder {
  const place = (file: string): string => path.join(tree.root.path, file);
  const reading = <T>(file: string, read: () => T): T => {
    try {
      return read();
    } catch (error) {
      throw fatalReadFault(error, place(file));
    }
  };
  return {
    path: tree.root.path,
    root: { path: realpathSync(tree.root.path), identity: tree.root.identity },
    async files(folder) {
      const found: string[] = [];
      try {
        for await (const files of tree.filesBelow(folder))
          found.push(...files.map((file) => `${folder}/${file}`));
      } catch (error) {
        throw fatalReadFault(error, place(folder));
      }
      return found;
    },
    read: (file) => reading(file, () => tree.withFile(file, ({ descriptor }) => readFileSync(descriptor))),
    async write(file, text) {
      try {
        await tree.replace(file, text);
      } catch (error) {
        throw fatalWriteFault(error, place(file));
      }
    },
    remove(file) {
      try {
        tree.remove(file);
      } catch (error) {
        throw fatalWriteFault(error, place(file));
      }
    },
    removeIfEmpty(folder) {
      try {
        tree.removeIfEmpty(folder);
      } catch (error) {
        throw fatalWriteFault(error, place(folder));
      }
    },
  };
}
