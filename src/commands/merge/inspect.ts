import path from 'node:path';
import type { CsvNames, OutputFormat } from '../../config.js';
import type { Request } from '../../core/completion.js';
import { entriesOf, sameRoots, type Roots } from '../../core/roots.js';
import { doubleShare, missingShares, whatIsMissing, type FolderState } from '../../core/shares.js';
import { SCHEMA_VERSION } from '../../core/report.js';
import { sameRun } from '../../core/skip.js';
import { FatalError, usageError } from '../../errors.js';
import type { EventLog, Ledger, OutputFolders } from '../../ports.js';
import type { RunKey } from '../../types.js';

/** What `facetag merge` needs of the outside world. */
export interface MergePorts {
  readonly outputs: OutputFolders;
  readonly openLedger: (output: string) => Ledger;
  /** Copies a file so that its name only ever shows the whole of it. */
  readonly copyFile: (from: string, to: string) => Promise<void>;
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
}

/** What was found to join, checked as a whole before anything is written. */
export interface Joined {
  /** Of every folder. */
  readonly roots: Roots;
  /** Which folder each picture's record is in. */
  readonly origins: ReadonlyMap<string, string>;
  /** What keeps it from being everything: empty unless that was allowed. */
  readonly unfinished: readonly Request[];
}

/**
 * Looks at all there is to join before anything is written.
 *
 * @throws {FatalError} USAGE, INCOMPLETE.
 */
export function inspect({ folders, output, allowPartial }: MergeOptions, ports: MergePorts): Joined {
  const roots = commonRoots(folders, ports);
  const states = folders.map((folder) => ({
    folder,
    completion: ports.outputs.readCompletion(folder),
    isBusy: ports.outputs.isUnfinished(folder),
  }));
  const double = doubleShare(states);
  if (double) throw usageError(`share ${double.share} in one folder only`, 'the shards', double.folders);
  refusePartial(states, allowPartial, ports);
  return { roots, origins: originsOf(folders, ports), unfinished: unfinishedOf(states, roots, output) };
}

/** @throws {FatalError} USAGE for what is no output folder, or one of other pictures than the first. */
function commonRoots(folders: readonly string[], { outputs }: MergePorts): Roots {
  let first: { folder: string; roots: Roots } | undefined;
  for (const folder of folders) {
    const roots = outputs.readRoots(folder);
    if (roots === undefined) throw usageError('an output folder of facetag', 'facetag merge', folder);
    first ??= { folder, roots };
    if (sameRoots(first.roots, roots)) continue;
    const [wanted, found] = [first.roots, roots].map((each) => entriesOf(each).map(([, root]) => root));
    throw usageError(
      `folders made from one base folder (${first.folder}: ${wanted?.join(', ')})`,
      folder,
      found,
    );
  }
  if (!first) throw usageError('output folders', 'facetag merge', 'none');
  return first.roots;
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

function originsOf(folders: readonly string[], { openLedger }: MergePorts): ReadonlyMap<string, string> {
  const origins = new Map<string, string>();
  let run: { image: string; key: RunKey } | undefined;
  for (const folder of folders) {
    const ledger = openLedger(folder);
    for (const image of ledger.images()) {
      const twin = origins.get(image);
      if (twin !== undefined) throw usageError(`${image} in one folder only`, 'the shards', [twin, folder]);
      origins.set(image, folder);
      const stored = ledger.read(image);
      if (!stored) throw unreadable(image, folder, ledger);
      run ??= { image, key: stored.record.run };
      if (!sameRun(run.key, stored.record.run)) {
        throw usageError(
          `the pack, models, engine and settings of ${run.image}`,
          `${image} in ${folder}`,
          stored.record.run,
        );
      }
    }
  }
  return origins;
}

function unreadable(image: string, folder: string, ledger: Ledger): FatalError {
  const place = `${image} in ${folder}`;
  if (!ledger.hasOtherVersion(image)) return usageError('whole records', place, 'a damaged one');
  const { code, message } = usageError(`records of format ${SCHEMA_VERSION}`, place, 'another version');
  return new FatalError(code, `${message}\nRun facetag on the pictures of ${folder} again before merging`);
}
