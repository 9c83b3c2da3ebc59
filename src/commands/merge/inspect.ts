import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { CsvNames, OutputFormat, RecordForm } from '../../config.js';
import type { Request } from '../../core/completion.js';
import { COPY_KINDS, type CopyStyles } from '../../core/copies.js';
import { countOf } from '../../core/count-of.js';
import { entriesOf, sameRoots, type Roots } from '../../core/roots.js';
import { RECORDS_FILE } from '../../core/output-paths.js';
import { repairLines } from '../../core/repair.js';
import { missingShares, sharesToRepeat, whatIsMissing, type FolderState } from '../../core/shares.js';
import { SCHEMA_VERSION } from '../../core/report.js';
import { sameRun } from '../../core/skip.js';
import { isStoreAddress } from '../../core/store-address.js';
import type { Stop } from '../../batch/stop-switch.js';
import { FatalError, usageError } from '../../errors.js';
import type { EventLog, Ledger, OutputFolders } from '../../ports.js';
import type { RunKey } from '../../types.js';
import { joinImages, type FolderImages } from './join-images.js';
import { readFolders, type Source } from './read-folders.js';

/** What `facetag merge` needs of the outside world. */
export interface MergePorts {
  readonly outputs: OutputFolders;
  readonly log: EventLog;
  readonly stop: Stop;
}

type InspectPorts = Pick<MergePorts, 'outputs' | 'log'>;

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
  /** `--of`: how many shares there must be; undefined leaves it to what is there. */
  readonly of: number | undefined;
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

/**
 * Looks at all there is to join before anything is written.
 *
 * @throws {FatalError} USAGE, INCOMPLETE.
 */
export async function inspect(
  { folders, output, allowPartial, of }: MergeOptions,
  ports: InspectPorts,
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
    images: joinImages(found),
    folders: found,
    recordForm: commonForm(sources),
    unfinished: unfinishedOf(sources, of, roots, output),
  };
}

function tellOfBlank([first, ...others]: readonly string[], { log }: InspectPorts): void {
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

/** Of more folders that are not finished only so many are named. */
const MOST_REASONS = 20;

function refusePartial(
  states: readonly FolderState[],
  of: number | undefined,
  allowPartial: boolean,
  { log }: InspectPorts,
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
  const begun = states.flatMap(({ folder, completion }) =>
    completion.unfinished.map((request) => ({
      ...request,
      paths: request.paths.map((each) =>
        each.startsWith('--') || isStoreAddress(each) ? each : seenFrom(output, path.join(folder, each)),
      ),
    })),
  );
  const paths = pathsFrom(output, roots);
  const absent = missingShares(states, of).flatMap(({ count, indices }) =>
    indices.map((index) => ({ paths, filters: [], shard: { index, count } })),
  );
  return [...begun, ...absent];
}

/** Where all pictures of an output folder are, as a run that takes them notes it. */
export function pathsFrom(output: string, roots: Roots): string[] {
  return entriesOf(roots).map(([, root]) => seenFrom(output, root));
}

function seenFrom(output: string, location: string): string {
  return isStoreAddress(location) ? location : path.relative(output, location) || '.';
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
