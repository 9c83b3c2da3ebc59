import path from 'node:path';
import type { CsvNames, OutputFormat, RecordForm } from '../../config.js';
import type { Request } from '../../core/completion.js';
import { COPY_KINDS, type CopyStyles } from '../../core/copies.js';
import { entriesOf, sameRoots, type Roots } from '../../core/roots.js';
import { doubleShare, missingShares, whatIsMissing, type FolderState } from '../../core/shares.js';
import { SCHEMA_VERSION } from '../../core/report.js';
import { sameRun } from '../../core/skip.js';
import { FatalError, usageError } from '../../errors.js';
import type { EventLog, Ledger, OutputFolder, OutputFolders } from '../../ports.js';
import type { RunKey } from '../../types.js';

/** What `facetag merge` needs of the outside world. */
export interface MergePorts {
  readonly outputs: OutputFolders;
  readonly log: EventLog;
}

export interface MergeOptions {
  /** Absolute paths of the output folders to join. */
  readonly folders: readonly string[];
  /** Absolute path of the folder to write. */
  readonly output: string;
  readonly formats: readonly OutputFormat[];
  /** How the records are to be kept; undefined leaves it to the folders, or to a tree where they differ. */
  readonly records: RecordForm | undefined;
  readonly csvNames: CsvNames;
  /** `--allow-partial`: missing shares and runs that were stopped are told, not refused. */
  readonly allowPartial: boolean;
}

/** What was found to join, checked as a whole before anything is written. */
export interface Joined {
  /** Of every folder. */
  readonly roots: Roots;
  /** How the copies in the folders were drawn. */
  readonly styles: CopyStyles;
  /** Which folder each picture's record is in. */
  readonly origins: ReadonlyMap<string, string>;
  /** The pictures of each folder, sorted. */
  readonly images: ReadonlyMap<string, readonly string[]>;
  /** What keeps it from being everything: empty unless that was allowed. */
  readonly unfinished: readonly Request[];
}

/** A folder as it was found. */
interface Source extends FolderState {
  readonly roots: Roots;
  readonly styles: CopyStyles;
}

/**
 * Looks at all there is to join before anything is written.
 *
 * @throws {FatalError} USAGE, INCOMPLETE.
 */
export async function inspect(
  { folders, output, allowPartial }: MergeOptions,
  ports: MergePorts,
): Promise<Joined> {
  const sources: Source[] = [];
  for (const folder of folders) {
    sources.push(await ports.outputs.visit(folder, (visited) => Promise.resolve(stateOf(folder, visited))));
  }
  const roots = commonRoots(sources);
  const double = doubleShare(sources);
  if (double) throw usageError(`share ${double.share} in one folder only`, 'the shards', double.folders);
  refusePartial(sources, allowPartial, ports);
  const { origins, images } = await findRecords(folders, ports.outputs);
  return {
    roots,
    styles: commonStyles(sources),
    origins,
    images,
    unfinished: unfinishedOf(sources, roots, output),
  };
}

function stateOf(folder: string, visited: OutputFolder | undefined): Source {
  const roots = visited?.readRoots();
  if (!visited || roots === undefined) {
    throw usageError('an output folder of facetag', 'facetag merge', folder);
  }
  return {
    folder,
    roots,
    styles: visited.readCopyStyles(),
    completion: visited.readCompletion(),
    isBusy: visited.isUnfinished(),
  };
}

/** @throws {FatalError} USAGE for an output folder of other pictures than the first. */
function commonRoots([first, ...others]: readonly Source[]): Roots {
  if (!first) throw usageError('output folders', 'facetag merge', 'none');
  for (const { folder, roots } of others) {
    if (sameRoots(first.roots, roots)) continue;
    const [wanted, found] = [first.roots, roots].map((each) => entriesOf(each).map(([, root]) => root));
    throw usageError(
      `folders made from one base folder (${first.folder}: ${wanted?.join(', ')})`,
      folder,
      found,
    );
  }
  return first.roots;
}

/** @throws {FatalError} USAGE for copies of one kind that were drawn in several ways. */
function commonStyles(sources: readonly Source[]): CopyStyles {
  const common: Partial<Record<keyof CopyStyles, string>> = {};
  for (const { folder, styles } of sources) {
    for (const kind of COPY_KINDS) {
      const found = styles[kind];
      if (found === undefined) continue;
      const wanted = (common[kind] ??= found);
      if (wanted === found) continue;
      throw usageError(`copies in ${kind} drawn in one way (${wanted})`, folder, found);
    }
  }
  return common;
}

function refusePartial(states: readonly FolderState[], allowPartial: boolean, { log }: MergePorts): void {
  const reasons = whatIsMissing(states);
  if (reasons.length === 0) return;
  if (!allowPartial) {
    const lines = ['These folders are not everything:', ...reasons.map((reason) => `  ${reason}`)];
    const hint = 'Finish what is missing, or merge what there is with --allow-partial';
    throw new FatalError('INCOMPLETE', [...lines, hint].join('\n'));
  }
  for (const reason of reasons) log.emit({ event: 'warning', message: `Merged in part: ${reason}` });
}

/** What the outcome lacks, so that neither a later merge nor a later run takes it for everything. */
function unfinishedOf(states: readonly FolderState[], roots: Roots, output: string): Request[] {
  const relative = (location: string): string => path.relative(output, location) || '.';
  const begun = states.flatMap(({ folder, completion }) =>
    completion.unfinished.map((request) => ({
      ...request,
      paths: request.paths.map((each) => (each.startsWith('--') ? each : relative(path.join(folder, each)))),
    })),
  );
  const paths = entriesOf(roots).map(([, root]) => relative(root));
  const absent = missingShares(states).flatMap(({ count, indices }) =>
    indices.map((index) => ({ paths, filters: [], shard: { index, count } })),
  );
  return [...begun, ...absent];
}

interface FoundRecords {
  readonly origins: Map<string, string>;
  readonly images: Map<string, readonly string[]>;
  run?: { readonly image: string; readonly key: RunKey };
}

async function findRecords(folders: readonly string[], outputs: OutputFolders): Promise<FoundRecords> {
  const found: FoundRecords = { origins: new Map(), images: new Map() };
  for (const folder of folders) {
    await outputs.visit(folder, async (visited) => {
      if (visited) await takeRecords(folder, visited.ledger, found);
    });
  }
  return found;
}

async function takeRecords(folder: string, ledger: Ledger, found: FoundRecords): Promise<void> {
  const images = await ledger.images();
  found.images.set(folder, images);
  for (const image of images) {
    const twin = found.origins.get(image);
    if (twin !== undefined) throw usageError(`${image} in one folder only`, 'the shards', [twin, folder]);
    found.origins.set(image, folder);
    const stored = ledger.read(image);
    if (!stored) throw unreadable(image, folder, ledger);
    found.run ??= { image, key: stored.record.run };
    if (!sameRun(found.run.key, stored.record.run)) {
      throw usageError(
        `the pack, models, engine and settings of ${found.run.image}`,
        `${image} in ${folder}`,
        stored.record.run,
      );
    }
  }
}

function unreadable(image: string, folder: string, ledger: Ledger): FatalError {
  const place = `${image} in ${folder}`;
  if (!ledger.hasOtherVersion(image)) return usageError('whole records', place, 'a damaged one');
  const { code, message } = usageError(`records of format ${SCHEMA_VERSION}`, place, 'another version');
  return new FatalError(code, `${message}\nRun facetag on the pictures of ${folder} again before merging`);
}
