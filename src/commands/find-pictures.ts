import path from 'node:path';
import type { Config } from '../config.js';
import { isArchiveName } from '../core/archives/kind.js';
import { parseNewerThan } from '../core/newer-than.js';
import { sameRoots, type Roots } from '../core/roots.js';
import { SortedNames } from '../core/sorted-names.js';
import { isStoreAddress } from '../core/store-address.js';
import { isPictureName } from '../core/picture-name.js';
import { refuseOutside } from '../core/base-folder.js';
import { formatUnread } from '../core/summary.js';
import { countSystemFolders } from '../core/system-folders.js';
import { FatalError, usageError } from '../errors.js';
import {
  ABSENT,
  absentProblem,
  discoverImages,
  type DiscoverOptions,
  type Discovery,
  type DiscoveryProblem,
  type KnownRoots,
} from '../discover/discover.js';
import type { OutputFolder, PictureStock } from '../ports.js';
import type { ImageFailure } from '../types.js';
import type { Faults } from '../batch/decide.js';
import type { ArrivingNames } from '../batch/run-batch.js';
import { settleRoots } from './settle-roots.js';
import type { TagPorts } from './tag-ports.js';

/** Pictures of a run that are no files of their own. */
export interface RunStock extends PictureStock {
  /** Pictures that are best fetched before lanes are free. */
  readonly ahead: number;
  /** Archives without a failure, by their names: one that an earlier run recorded is over. */
  readonly sound: ReadonlySet<string>;
  /** Whether a picture is gone that would be in what was looked through; undefined for any other. */
  isGone(image: string): boolean | undefined;
  close(): Promise<void>;
}

/** What a run is about. */
export interface Pictures extends Roots {
  /** The names while they are still being found; `images` has them all afterwards. */
  readonly arriving?: ArrivingNames;
  /** Not all of them were found. */
  readonly isCutShort?: boolean;
  /** Their names, sorted; those of an archive that is read from its start stand in its order. */
  readonly images: readonly string[];
  /** Those of `images` that turned up but cannot be pictures. */
  readonly faults: Faults;
  /** Files that look like pictures or videos and are not read: how many of each extension. */
  readonly unread: Readonly<Record<string, number>>;
  /** Folders and names that could not be listed. */
  readonly unlisted: number;
  /** As of `Discovery`; absent where no folder was looked through, or its older pictures were left out. */
  readonly folders?: readonly string[];
  /** Paths of folders of the system that were left out, in archives too. */
  readonly systemFolders?: ReadonlySet<string>;
  /** Where those are that are no files; absent when all are. */
  readonly stock?: RunStock;
}

export type DiscoveryPorts = Pick<
  TagPorts,
  'cwd' | 'files' | 'kindAt' | 'loadSources' | 'log' | 'mtimeOf' | 'now' | 'readPathList'
>;

/**
 * Finds the pictures and settles the roots, which the output folder remembers from its first run on.
 *
 * @param read gets the real paths of the folders that were read.
 * @throws {FatalError} USAGE for a missing path or one outside the base; NO_PICTURES.
 */
export async function findPictures(
  config: Config,
  output: OutputFolder | undefined,
  ports: DiscoveryPorts,
  read?: Set<string>,
): Promise<Pictures> {
  const { inputs } = config;
  const listed =
    config.filesFrom === undefined
      ? undefined
      : await ports.readPathList(config.filesFrom, config.null ? '\0' : '\n');
  if (inputs.length === 0 && !listed) throw usageError('a file, folder or glob', 'the pictures', 'nothing');
  const stored = output?.readRoots();
  if (inputs.some(isStoreAddress) || listed?.some(isStoreAddress) === true) {
    return await inStore(config, listed ?? [], output, ports);
  }
  requireFolders(stored, output);
  const found = await discoverImages({
    inputs,
    ...discoveryOf(config, output, ports),
    ...(listed && { listed }),
    ...givenRoots(config, output, stored, ports),
    ...(read && { read }),
  });
  tellOfResults(found.resultFolders, ports);
  const discovered = {
    ...withFaults(found, ports),
    ...(config.newerThan === undefined && { folders: found.folders }),
  };
  const pictures = await withMembers(discovered, config, ports);
  tellOfSystemFolders(pictures.systemFolders, ports);
  if (pictures.images.length === 0 && pictures.unlisted === 0)
    requirePictures(config, { ...found, ...pictures });
  if (output && !config.dryRun && !(stored && sameRoots(stored, found))) await output.writeRoots(found);
  return pictures;
}

async function inStore(
  config: Config,
  listed: readonly string[],
  output: OutputFolder | undefined,
  ports: DiscoveryPorts,
): Promise<Pictures> {
  const { findStoredPictures } = await import('./bucket-pictures.js');
  return await findStoredPictures(config, listed, output, ports);
}

/** Names of files and keys could be the same. */
function requireFolders(stored: Roots | undefined, output: OutputFolder | undefined): void {
  if (stored === undefined || !isStoreAddress(stored.base)) return;
  throw usageError(
    `objects of ${stored.base}, which ${output?.path ?? ''} was made with,`,
    'the pictures',
    'files',
  );
}

/** With the pictures that are in archives. */
async function withMembers(found: Pictures, config: Config, ports: DiscoveryPorts): Promise<Pictures> {
  if (!found.images.some(isArchiveName)) return found;
  const { ArchivedPictures } = await import('./archived-pictures.js');
  const stock = await ArchivedPictures.create(config, ports);
  return { ...(await stock.unpack(found)), stock };
}

/**
 * Whether the pictures of a run can be taken one by one as the list on standard input goes on: their names must depend on
 * no later line, so the base folder must be given, and nothing else named.
 */
export function canArrive({ filesFrom, base, inputs, dryRun }: Config): boolean {
  return filesFrom === '-' && base !== undefined && inputs.length === 0 && !dryRun;
}

/** What decides which of the files that are named or found are taken. */
export function discoveryOf(
  config: Pick<Config, 'newerThan' | 'ignore' | 'hidden' | 'follow' | 'shard'>,
  output: OutputFolder | undefined,
  { cwd, mtimeOf, now }: Pick<DiscoveryPorts, 'cwd' | 'mtimeOf' | 'now'>,
): Omit<DiscoverOptions, 'inputs' | 'listed' | 'base' | 'known'> {
  const newerThanMs =
    config.newerThan === undefined
      ? undefined
      : parseNewerThan(config.newerThan, now(), (file) => mtimeOf(path.resolve(cwd, file)));
  return {
    cwd,
    ignore: config.ignore,
    hidden: config.hidden,
    followSymlinks: config.follow,
    exclude: output ? [output.path] : [],
    ...(newerThanMs !== undefined && { newerThanMs }),
    ...(config.shard && { shard: config.shard }),
  };
}

/**
 * Refuses a run without pictures, unless that may be.
 *
 * @throws {FatalError} NO_PICTURES.
 */
export function requirePictures(
  { shard, allowEmpty }: Config,
  found: Pick<Discovery, 'foundAny' | 'unread' | 'unmatchedGlobs'>,
): void {
  // Small sets leave a share without pictures: it is as complete as the others.
  if (allowEmpty || (shard !== undefined && found.foundAny)) return;
  const globs = found.unmatchedGlobs.map((glob) => ` Nothing matches ${JSON.stringify(glob)}.`).join('');
  const unread = formatUnread(found.unread);
  throw new FatalError(
    'NO_PICTURES',
    `No pictures found.${globs}${unread === '' ? '' : ` Not read: ${unread}.`} Pass --allow-empty where an empty folder is normal`,
  );
}

/** What the output folder remembers; with `--base`, which must agree with it, nothing may lie outside. */
export function givenRoots(
  { base }: Pick<Config, 'base'>,
  output: OutputFolder | undefined,
  stored: Roots | undefined,
  ports: Pick<DiscoveryPorts, 'cwd' | 'files' | 'kindAt' | 'log'>,
): { readonly base?: string; readonly known?: KnownRoots } {
  const typed = base === undefined ? undefined : path.resolve(ports.cwd, base);
  if (output === undefined || stored === undefined) return typed === undefined ? {} : { base: typed };
  if (typed !== undefined && typed !== stored.base) {
    throw usageError(`the base folder that ${output.path} was made with, ${stored.base},`, '--base', typed);
  }
  const settle: KnownRoots['settle'] = (outside) =>
    typed === undefined
      ? settleRoots(stored, outside, output.ledger, ports)
      : { ...stored, ...refuseOutside(typed, [...outside.folders, ...outside.parents]) };
  return { known: { roots: stored, settle } };
}

export function tellOfResults(
  [first, ...others]: readonly string[],
  { log }: Pick<DiscoveryPorts, 'log'>,
): void {
  if (first === undefined) return;
  const what =
    others.length === 0 ? '1 folder left out: it holds' : `${others.length + 1} folders left out: they hold`;
  const message = `${what} results of facetag (${first}${others.length > 0 ? ', …' : ''}). Name it to take its pictures`;
  log.emit({ event: 'warning', message });
}

/** Says once how many such folders there are, and how their pictures are taken. */
export function tellOfSystemFolders(
  folders: ReadonlySet<string> | undefined,
  { log }: Pick<DiscoveryPorts, 'log'>,
): void {
  if (folders === undefined || folders.size === 0) return;
  const message = `Folders of the system left out: ${countSystemFolders(folders)}. Pass --hidden, or name one, to take what is in it`;
  log.emit({ event: 'note', message });
}

export function withFaults(found: Discovery, { log }: DiscoveryPorts): Pictures {
  const { base, others, relativePaths, unread, systemFolders } = found;
  const faults = new Map<string, ImageFailure>();
  let unlisted = 0;
  const tell = ({ path: place, message }: DiscoveryProblem): void => {
    unlisted += 1;
    log.emit({ event: 'warning', message: `Cannot list ${place}: ${message}` });
  };
  for (const problem of found.problems) {
    const { relativePath, code, message } = problem;
    if (isTaken(relativePath)) faults.set(relativePath, { stage: 'discover', code, message });
    else tell(problem);
  }
  for (const name of found.absent) if (!isTaken(name)) tell(absentProblem(name, found));
  const absent = found.absent.filter(isTaken);
  const images = joined(relativePaths, [...faults.keys()], absent);
  return { base, others, images, faults: withAbsent(faults, absent), unread, unlisted, systemFolders };
}

const isTaken = (name: string): boolean => isPictureName(name) || isArchiveName(name);

/** The names of all lists, sorted and each once. Two of three are empty nearly always. */
function joined(...lists: readonly (readonly string[])[]): readonly string[] {
  const [first = [], ...others] = lists.filter(({ length }) => length > 0);
  if (others.length === 0) return first;
  const names = first.concat(...others).sort();
  return names.filter((name, index) => name !== names[index - 1]);
}

/** Says the same of every absent one, for there may be a million. */
function withAbsent(faults: ReadonlyMap<string, ImageFailure>, absent: readonly string[]): Faults {
  if (absent.length === 0) return faults;
  const failure: ImageFailure = { stage: 'discover', ...ABSENT };
  const names = new SortedNames(absent);
  return { get: (image) => faults.get(image) ?? (names.has(image) ? failure : undefined) };
}
