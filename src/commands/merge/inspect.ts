import path from 'node:path';
import type { CsvNames, OutputFormat } from '../../config.js';
import type { Request } from '../../core/completion.js';
import { COPY_KINDS, type CopyStyles } from '../../core/copies.js';
import { countOf } from '../../core/count-of.js';
import { entriesOf, sameRoots, type Roots } from '../../core/roots.js';
import { repairLines } from '../../core/repair.js';
import { missingShares, sharesToRepeat, whatIsMissing, type FolderState } from '../../core/shares.js';
import { SCHEMA_VERSION } from '../../core/report.js';
import { sameRun } from '../../core/skip.js';
import { FatalError, usageError } from '../../errors.js';
import type { EventLog, Ledger, OutputFolders } from '../../ports.js';
import type { RunKey } from '../../types.js';
import { readFolders, type Source } from './read-folders.js';

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
  readonly csvNames: CsvNames;
  /** `--allow-partial`: missing shares and runs that were stopped are told, not refused. */
  readonly allowPartial: boolean;
  /** `--of`: how many shares there must be; undefined leaves it to what is there. */
  readonly of: number | undefined;
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

/**
 * Looks at all there is to join before anything is written.
 *
 * @throws {FatalError} USAGE, INCOMPLETE.
 */
export async function inspect(
  { folders, output, allowPartial, of }: MergeOptions,
  ports: MergePorts,
): Promise<Joined> {
  const { sources, blank } = await readFolders(folders, of, ports.outputs);
  tellOfBlank(blank, ports);
  refusePartial(sources, of, allowPartial, ports);
  const roots = commonRoots(sources);
  const found = await findRecords(
    sources.map(({ folder }) => folder),
    ports.outputs,
  );
  return {
    roots,
    styles: commonStyles(sources),
    origins: found.origins,
    images: found.images,
    unfinished: unfinishedOf(sources, of, roots, output),
  };
}

function tellOfBlank([first, ...others]: readonly string[], { log }: MergePorts): void {
  if (first === undefined) return;
  const more = others.length === 0 ? '' : `, and ${countOf(others.length, 'folder')} more`;
  log.emit({ event: 'warning', message: `No run has begun yet: ${first}${more}` });
}

/** @throws {FatalError} USAGE for an output folder of other pictures than the first. */
function commonRoots([first, ...others]: readonly Source[]): Roots {
  if (!first) throw usageError('output folders in which a run has begun', 'facetag merge', 'none');
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

/** Of more folders that are not finished only so many are named. */
const MOST_REASONS = 20;

function refusePartial(
  states: readonly FolderState[],
  of: number | undefined,
  allowPartial: boolean,
  { log }: MergePorts,
): void {
  const reasons = whatIsMissing(states, of);
  if (reasons.length === 0) return;
  if (!allowPartial) {
    const cut = reasons.length - MOST_REASONS;
    const told = cut > 1 ? [...reasons.slice(0, MOST_REASONS), `… and ${cut} more reasons`] : reasons;
    const repeat = sharesToRepeat(states, of);
    const repair = repeat.length === 1 ? repairLines(repeat[0]?.indices ?? []) : [];
    const lines = [
      'These folders are not everything:',
      ...told.map((reason) => `  ${reason}`),
      ...(repair.length > 0 ? ['To run these shares again:', ...repair.map((line) => `  ${line}`)] : []),
    ];
    const hint = 'Finish what is missing, or merge what there is with --allow-partial';
    throw new FatalError('INCOMPLETE', [...lines, hint].join('\n'));
  }
  for (const reason of reasons) log.emit({ event: 'warning', message: `Merged in part: ${reason}` });
}

/** What the outcome lacks, so that neither a later merge nor a later run takes it for everything. */
function unfinishedOf(
  states: readonly FolderState[],
  of: number | undefined,
  roots: Roots,
  output: string,
): Request[] {
  const relative = (location: string): string => path.relative(output, location) || '.';
  const begun = states.flatMap(({ folder, completion }) =>
    completion.unfinished.map((request) => ({
      ...request,
      paths: request.paths.map((each) => (each.startsWith('--') ? each : relative(path.join(folder, each)))),
    })),
  );
  const paths = entriesOf(roots).map(([, root]) => relative(root));
  const absent = missingShares(states, of).flatMap(({ count, indices }) =>
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
