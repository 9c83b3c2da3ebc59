import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { CsvNames, OutputFormat, RecordForm } from '../../config.js';
import type { Request } from '../../core/completion.js';
import { COPY_KINDS, type CopyStyles } from '../../core/copies.js';
import { entriesOf, sameRoots, type Roots } from '../../core/roots.js';
import { doubleShare, missingShares, whatIsMissing, type FolderState } from '../../core/shares.js';
import { RECORDS_FILE } from '../../core/output-paths.js';
import { SCHEMA_VERSION } from '../../core/report.js';
import { sameRun } from '../../core/skip.js';
import { FatalError, usageError } from '../../errors.js';
import type { EventLog, Ledger, OutputFolder, OutputFolders } from '../../ports.js';
import type { RunKey } from '../../types.js';
import { joinImages, type FolderImages } from './join-images.js';

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
  /** Every picture, sorted. */
  readonly images: readonly string[];
  /** The pictures of each folder. */
  readonly folders: readonly FolderImages[];
  /** How all of the folders keep their records, or how those that differ are joined. */
  readonly recordForm: RecordForm;
  /** What keeps it from being everything: empty unless that was allowed. */
  readonly unfinished: readonly Request[];
}

/** A folder as it was found. */
interface Source extends FolderState {
  readonly roots: Roots;
  readonly styles: CopyStyles;
  readonly recordForm: RecordForm | undefined;
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
  const found = await findRecords(folders, ports.outputs);
  return {
    roots,
    styles: commonStyles(sources),
    images: joinImages(found),
    folders: found,
    recordForm: commonForm(sources),
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
    recordForm: visited.recordForm,
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

function commonForm(sources: readonly Source[]): RecordForm {
  const forms = new Set(sources.flatMap(({ recordForm }) => recordForm ?? []));
  return forms.has('jsonl') && !forms.has('tree') ? 'jsonl' : 'tree';
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

/** The record that the others must have been made as. */
interface Example {
  readonly image: string;
  readonly key: RunKey;
}

/** Records between two looks at the event loop, so that signals are heard. */
const TURN = 64;

async function findRecords(folders: readonly string[], outputs: OutputFolders): Promise<FolderImages[]> {
  const found: FolderImages[] = [];
  let example: Example | undefined;
  for (const folder of folders) {
    await outputs.visit(folder, async (visited) => {
      if (!visited) return;
      const images = await visited.ledger.images();
      found.push({ folder, images });
      example = await requireAlike({ folder, images }, visited.ledger, example);
    });
  }
  return found;
}

/**
 * Reads all records of a folder.
 *
 * @returns the example, which is the first of all records.
 * @throws {FatalError} USAGE for one that cannot be read or was made in another way.
 */
async function requireAlike(
  { folder, images }: FolderImages,
  ledger: Ledger,
  given: Example | undefined,
): Promise<Example | undefined> {
  const illegible = await ledger.illegible();
  if (illegible > 0)
    throw usageError('whole records', `${RECORDS_FILE} in ${folder}`, { damaged: illegible });
  let example = given;
  for (const [index, image] of images.entries()) {
    if (index % TURN === 0) await nextTurn();
    const stored = ledger.read(image);
    if (!stored) throw unreadable(image, folder, ledger);
    const { run } = stored.record;
    example ??= { image, key: run };
    if (sameRun(example.key, run)) continue;
    const wanted = `the pack, models, engine and settings of ${example.image}`;
    throw usageError(wanted, `${image} in ${folder}`, run);
  }
  return example;
}

function unreadable(image: string, folder: string, ledger: Ledger): FatalError {
  const place = `${image} in ${folder}`;
  if (!ledger.hasOtherVersion(image)) return usageError('whole records', place, 'a damaged one');
  const { code, message } = usageError(`records of format ${SCHEMA_VERSION}`, place, 'another version');
  return new FatalError(code, `${message}\nRun facetag on the pictures of ${folder} again before merging`);
}
