import path from 'node:path';
import { commonParent, refuseOutside } from '../core/base-folder.js';
import { covers, entriesOf, type Roots } from '../core/roots.js';
import { inBatches, realPathOf, type DiscoveryFileSystem } from './file-system.js';
import { folderAt, FolderNames, type Folder } from './folder-names.js';
import type { Inputs } from './inputs.js';
import { PictureNames } from './picture-names.js';

/** Every folder that the inputs lead to, under the one name it has in this run. */
export interface Places {
  readonly roots: Roots;
  readonly names: PictureNames;
  /** The folders that were named; the same one may be there twice. */
  readonly folders: readonly Folder[];
  /** The folder of a glob or of a named file, by its path as the user gave it. */
  at(path: string): Folder;
  /** The same folder under its name in this run. */
  named(folder: Folder): Folder;
}

/** What a run brings from outside the roots that are known: absolute paths without links. */
export interface Outside {
  /** Folders that were named. */
  readonly folders: readonly string[];
  /** Folders of globs and of files that were named. */
  readonly parents: readonly string[];
}

/** Roots from earlier runs, and what becomes of them when something else is named. */
export interface KnownRoots {
  readonly roots: Roots;
  /** Called even when nothing is outside. @returns roots that cover everything outside. */
  readonly settle: (outside: Outside) => Roots | Promise<Roots>;
}

/**
 * Settles the roots and the names of the folders in them.
 * @param base the given base folder: nothing may be outside it.
 * @throws {FatalError} USAGE when an input lies outside the given base.
 */
export async function locate(
  inputs: Inputs,
  { base, known }: { readonly base?: string | undefined; readonly known?: KnownRoots | undefined },
  fs: DiscoveryFileSystem,
): Promise<Places> {
  const earlier = known ?? (base === undefined ? undefined : onlyBelow(base));
  const knownFolders = earlier === undefined ? [] : entriesOf(earlier.roots).map(([, folder]) => folder);
  const foldersAsTyped = await foldersAt(inputs.folders, fs);
  const parentsAsTyped = await foldersAt(parentsOf(inputs), fs);

  const folderNames = new FolderNames(foldersAsTyped, await foldersAt(knownFolders, fs));
  const named = ({ path, real }: Folder): Folder => ({ path: folderNames.nameOf({ path, real }), real });
  const folders = foldersAsTyped.map(named);
  const byPath = new Map(parentsAsTyped.map((folder) => [folder.path, named(folder)]));

  const roots = await settle(earlier, pathsOf(folders), pathsOf([...byPath.values()]));
  return {
    roots,
    names: new PictureNames(roots, await realPaths(roots, fs)),
    folders,
    at: (folder) => byPath.get(folder) ?? { path: folder, real: folder },
    named,
  };
}

function onlyBelow(base: string): KnownRoots {
  return {
    roots: { base },
    settle: ({ folders, parents }) => refuseOutside(base, [...folders, ...parents]),
  };
}

async function settle(
  known: KnownRoots | undefined,
  folders: readonly string[],
  parents: readonly string[],
): Promise<Roots> {
  if (known === undefined) return { base: commonParent([...folders, ...parents]) };
  const isOutside = (folder: string): boolean => !covers(known.roots, folder);
  return await known.settle({ folders: folders.filter(isOutside), parents: parents.filter(isOutside) });
}

const pathsOf = (folders: readonly Folder[]): string[] => folders.map(({ path }) => path);

async function realPaths(roots: Roots, fs: DiscoveryFileSystem): Promise<(folder: string) => string> {
  const real = new Map<string, string>();
  for (const [, folder] of entriesOf(roots)) real.set(folder, await realPathOf(fs, folder));
  return (folder) => real.get(folder) ?? folder;
}

/** The folders that stand for what is no folder: a glob's fixed part, a file's parent. */
function parentsOf({ globs, files, absent, notFiles, unreadable }: Inputs): string[] {
  const parents = new Set(globs.map((glob) => glob.folder));
  for (const folder of [...files.keys(), ...absent.keys()]) parents.add(folder);
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
