import nodeFs from 'node:fs';
import path from 'node:path';
import { isArchiveName } from '../core/archives/kind.js';
import { isWithin } from '../core/base-folder.js';
import { PICTURE_NAMES, type NameRules } from '../core/picture-name.js';
import { pathOf, type Roots } from '../core/roots.js';
import { inShard } from '../core/shard.js';
import { classifyInputs, type NamedPaths } from './classify-inputs.js';
import { Explorer } from './explorer.js';
import { inBatches, statOf, type DiscoveryFileSystem } from './file-system.js';
import { Findings, type DiscoveryProblem } from './findings.js';
import { outermostFirst, type Folder } from './folder-names.js';
import type { Inputs } from './inputs.js';
import { futureRealPath } from './output-folder.js';
import { locate, type KnownRoots, type Places } from './places.js';

export { assertOutputOutside } from './output-folder.js';
export type { DiscoveryProblem } from './findings.js';
export type { KnownRoots, Outside } from './places.js';

export interface DiscoverOptions extends NamedPaths {
  /** Absolute: `--base`. */
  readonly base?: string | undefined;
  /** What the output folder remembers; goes before `base`. */
  readonly known?: KnownRoots | undefined;
  /** Globs of pictures and folders to leave out; see `ignorePatterns`. Files named one by one are always taken. */
  readonly ignore: readonly string[];
  /** Take files and enter folders whose name starts with a dot, and those of the system. Paths that were named are taken in any case. */
  readonly hidden: boolean;
  /** Enter linked folders, each real folder once. Linked files are always taken. */
  readonly followSymlinks: boolean;
  /** Absolute folders that are always left out, also of named files: the output folder. They need not exist. */
  readonly exclude: readonly string[];
  /** Only files modified after this moment, in milliseconds since 1970. */
  readonly newerThanMs?: number | undefined;
  /** Gets the real paths of the folders that were read; those that a glob passes through are not among them. */
  readonly read?: Set<string>;
  /** Which names are taken inside folders and globs; those of pictures where nothing is said. */
  readonly names?: NameRules;
  /** Only the share `index` (1..count) of `count`. */
  readonly shard?: { readonly index: number; readonly count: number } | undefined;
}

/** The roots, and what is named from them. */
export interface Discovery extends Roots {
  /** `/` separators; unique and sorted by UTF-16 code units, so that the order depends on no locale. */
  readonly relativePaths: string[];
  /**
   * What is in a list and not there, named as a picture would be; unique and sorted. Names alone, for a list of a million
   * may be that of a disk which is not mounted: `absentProblem` has the rest.
   */
  readonly absent: readonly string[];
  /** All others, in path order. */
  readonly problems: DiscoveryProblem[];
  /** Output folders of facetag below the named folders, absolute: their annotated copies were not taken. */
  readonly resultFolders: string[];
  /** Absolute paths of folders of the system that were left out, such as `@eaDir`; in no order. */
  readonly systemFolders: ReadonlySet<string>;
  /** Files that look like pictures or videos and are not read: how many of each extension (`.cr2`). */
  readonly unread: Readonly<Record<string, number>>;
  /** Globs that matched neither picture nor folder, as typed. */
  readonly unmatchedGlobs: string[];
  /** Folders that were looked through with all that is below, named as pictures are, `.` for the base folder; unique and sorted. */
  readonly folders: readonly string[];
  /** Whether anything was found at all, be it in another shard or too old. */
  readonly foundAny: boolean;
}

/** Of one of `absent`. */
export function absentProblem(relativePath: string, roots: Roots): DiscoveryProblem {
  return { path: pathOf(roots, relativePath), relativePath, ...ABSENT };
}

/** What is told of each of `absent`. */
export const ABSENT = { code: 'UNREADABLE', message: 'in the list of paths, but not there' } as const;

/**
 * Lists the pictures to process. Folders and globs give what has a picture's extension; a named file is taken whatever
 * its extension. Only names are looked at: no file is opened, and a file is only stat'ed where its name does not tell
 * enough (named paths, links, `newerThanMs`).
 * @throws {FatalError} USAGE when a named path does not exist or lies outside the base folder.
 */
export async function discoverImages(
  options: DiscoverOptions,
  fs: DiscoveryFileSystem = nodeFs,
): Promise<Discovery> {
  const inputs = await classifyInputs(options, fs);
  const places = await locate(inputs, options, fs);
  const findings = new Findings(places.names);
  const excluded = await Promise.all(options.exclude.map((folder) => futureRealPath(folder, fs)));

  const explorer = new Explorer({ names: PICTURE_NAMES, ...options, excluded }, findings, fs);
  const { folders, unmatchedGlobs } = await expandGlobs(inputs, places, explorer, findings);
  const explored = outermostFirst([...places.folders, ...folders]);
  for (const folder of explored) await explorer.exploreFolder(folder);
  await explorer.followLinks();
  for (const { path: named } of places.folders) findings.systemFolders.delete(named);
  addNamedFiles(inputs, places, excluded, findings);

  const { roots } = places;
  // Of an archive each share takes some members.
  const mine = (name: string): boolean =>
    options.shard === undefined ||
    isArchiveName(name) ||
    inShard(name, options.shard.index, options.shard.count);
  const foundAny = findings.count > 0;
  const relativePaths = keepUnique(findings.pictures, mine);
  return {
    ...roots,
    relativePaths: await onlyNewer(relativePaths, roots, options.newerThanMs, fs),
    absent: keepUnique(findings.absent, mine),
    problems: findings.problems.filter(({ relativePath }) => mine(relativePath)),
    resultFolders: findings.resultFolders,
    systemFolders: findings.systemFolders,
    unread: findings.unread,
    unmatchedGlobs,
    folders: keepUnique(
      explored.flatMap(({ path: folder }) => places.names.nameOf(folder) ?? []),
      () => true,
    ),
    foundAny,
  };
}

/** Walks the globs; what they match is treated as if it had been named. */
async function expandGlobs(
  inputs: Inputs,
  places: Places,
  explorer: Explorer,
  findings: Findings,
): Promise<{ folders: Folder[]; unmatchedGlobs: string[] }> {
  const folders: Folder[] = [];
  const unmatchedGlobs: string[] = [];
  for (const { typed, folder, pattern } of inputs.globs) {
    const before = findings.count;
    const matched = await explorer.exploreGlob(places.at(folder), pattern);
    if (matched.length === 0 && findings.count === before) unmatchedGlobs.push(typed);
    folders.push(...matched.map((each) => places.named(each)));
  }
  return { folders, unmatchedGlobs };
}

/** Files named one by one, under the name that their folder has in this run. */
function addNamedFiles(
  inputs: Inputs,
  places: Places,
  excluded: readonly string[],
  findings: Findings,
): void {
  const isLeftOut = ({ real }: Folder): boolean => excluded.some((left) => isWithin(left, real));
  const take = (byFolder: Inputs['files'], into: string[]): void => {
    for (const [typedFolder, names] of byFolder) {
      const folder = places.at(typedFolder);
      if (isLeftOut(folder)) continue;
      const nameOf = places.names.below(folder.path);
      for (const name of names) into.push(nameOf(name));
    }
  };
  take(inputs.files, findings.pictures);
  take(inputs.absent, findings.absent);
  const placed = (file: string): string | undefined => {
    const folder = places.at(path.dirname(file));
    return isLeftOut(folder) ? undefined : path.join(folder.path, path.basename(file));
  };
  for (const file of inputs.notFiles) {
    const location = placed(file);
    if (location !== undefined) findings.notAFile(location);
  }
  for (const { path: file, message } of inputs.unreadable) {
    const location = placed(file);
    if (location !== undefined) findings.unreadable(location, message);
  }
}

/** Sorts and thins in place: a copy of a million paths is worth avoiding. */
function keepUnique(paths: string[], keep: (path: string) => boolean): string[] {
  paths.sort();
  let kept = 0;
  let last: string | undefined;
  for (const each of paths) {
    if (each !== last && keep(each)) paths[kept++] = each;
    last = each;
  }
  paths.length = kept;
  return paths;
}

/** A file that vanished meanwhile stays: it is for the lane to say so. */
async function onlyNewer(
  relativePaths: string[],
  roots: Roots,
  newerThanMs: number | undefined,
  fs: DiscoveryFileSystem,
): Promise<string[]> {
  if (newerThanMs === undefined) return relativePaths;
  const newer: string[] = [];
  await inBatches(
    relativePaths,
    async (relativePath) => statOf(fs, pathOf(roots, relativePath)),
    (stats, relativePath) => {
      if (typeof stats === 'string' || stats.mtimeMs > newerThanMs) newer.push(relativePath);
    },
  );
  return newer;
}
