import path from 'node:path';
import { baseFolder } from '../core/base-folder.js';
import { inBatches, type DiscoveryFileSystem } from './file-system.js';
import { folderAt, FolderNames, type Folder } from './folder-names.js';
import type { Inputs } from './inputs.js';

/** Every folder that the inputs lead to, under the one name it has in this run. */
export interface Places {
  readonly base: string;
  /** The folders that were named; the same one may be there twice. */
  readonly roots: readonly Folder[];
  /** The folder of a glob or of a named file, by its path as the user gave it. */
  at(path: string): Folder;
  /** The same folder under its name in this run. */
  named(folder: Folder): Folder;
}

/**
 * Settles the base folder and the names of the folders in it.
 * @throws {FatalError} USAGE when an input lies outside the given base.
 */
export async function locate(
  inputs: Inputs,
  givenBase: string | undefined,
  fs: DiscoveryFileSystem,
): Promise<Places> {
  const given = givenBase === undefined ? undefined : await folderAt(givenBase, fs);
  const rootsAsTyped = await foldersAt(inputs.folders, fs);
  const parents = await foldersAt(parentsOf(inputs), fs);

  const names = new FolderNames(rootsAsTyped, given);
  const named = ({ path, real }: Folder): Folder => ({ path: names.nameOf({ path, real }), real });
  const roots = rootsAsTyped.map(named);
  const byPath = new Map(parents.map((folder) => [folder.path, named(folder)]));

  const folders = [...roots, ...byPath.values()].map((folder) => folder.path);
  return {
    base: baseFolder(given?.path, folders),
    roots,
    at: (folder) => byPath.get(folder) ?? { path: folder, real: folder },
    named,
  };
}

/** The folders that stand for what is no folder: a glob's fixed part, a file's parent. */
function parentsOf({ globs, files, notFiles, unreadable }: Inputs): string[] {
  const parents = new Set(globs.map((glob) => glob.folder));
  for (const folder of files.keys()) parents.add(folder);
  for (const file of notFiles) parents.add(path.dirname(file));
  for (const file of unreadable) parents.add(path.dirname(file.path));
  return [...parents];
}

async function foldersAt(paths: readonly string[], fs: DiscoveryFileSystem): Promise<Folder[]> {
  const folders: Folder[] = [];
  await inBatches(
    paths,
    async (each) => folderAt(each, fs),
    (folder) => folders.push(folder),
  );
  return folders;
}
