import type { OutputFormat } from '../config.js';
import { sameRun } from '../core/skip.js';
import { FatalError, usageError } from '../errors.js';
import { writeOutputs } from '../batch/write-tables.js';
import type { EventLog, Ledger, OutputFolders } from '../ports.js';
import type { RunKey } from '../types.js';

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
}

/** What was found to join, checked as a whole before anything is written. */
interface Joined {
  /** Absolute base folder of every shard. */
  readonly base: string;
  /** Which folder each picture's record is in. */
  readonly origins: ReadonlyMap<string, string>;
}

/**
 * `facetag merge <folders…> -o <dir>`: joins the results of `--shard` runs. The outcome is, byte for byte, what one run
 * over everything would have written. Running it again is safe.
 *
 * @returns the exit code.
 * @throws {FatalError} USAGE when two folders hold the same picture, were made with different settings or from different
 * base folders; OUTPUT_LOCKED when a run is not finished in one of them.
 */
export async function mergeCommand(
  { folders, output, formats }: MergeOptions,
  ports: MergePorts,
): Promise<number> {
  if (folders.includes(output)) throw usageError('a folder that is not merged itself', '--output', output);
  const joined = inspect(folders, ports);
  await ports.outputs.hold(output, async () => {
    refuseStrangers(output, joined, ports);
    await ports.outputs.writeBase(output, joined.base);
    await copyResults(output, joined, ports);
    await writeOutputs(ports.openLedger(output), formats, () => true);
  });
  return 0;
}

function inspect(folders: readonly string[], { outputs, openLedger }: MergePorts): Joined {
  const origins = new Map<string, string>();
  let base: { folder: string; value: string } | undefined;
  let run: { image: string; key: RunKey } | undefined;
  for (const folder of folders) {
    const value = baseOf(folder, outputs);
    base ??= { folder, value };
    if (base.value !== value) {
      throw usageError(`folders made from one base folder (${base.folder}: ${base.value})`, folder, value);
    }
    const ledger = openLedger(folder);
    for (const image of ledger.images()) {
      const twin = origins.get(image);
      if (twin !== undefined) throw usageError(`${image} in one folder only`, 'the shards', [twin, folder]);
      origins.set(image, folder);
      const stored = ledger.read(image);
      if (!stored) throw usageError('whole records', `${image} in ${folder}`, 'a damaged one');
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
  if (!base) throw usageError('output folders', 'facetag merge', 'none');
  return { base: base.value, origins };
}

function baseOf(folder: string, outputs: OutputFolders): string {
  const base = outputs.readBase(folder);
  if (base === undefined) throw usageError('an output folder of facetag', 'facetag merge', folder);
  if (outputs.isUnfinished(folder)) {
    throw new FatalError(
      'OUTPUT_LOCKED',
      `A run is writing to ${folder}, or was killed there. Let it finish, or run its command again, before merging`,
    );
  }
  return base;
}

/** Records of the output folder that no shard has would make the result a mixture. */
function refuseStrangers(output: string, { origins }: Joined, { openLedger }: MergePorts): void {
  const stranger = openLedger(output)
    .images()
    .find((image) => !origins.has(image));
  if (stranger !== undefined) {
    throw usageError('an empty folder, or that of the same merge,', '--output', `${output} with ${stranger}`);
  }
}

async function copyResults(
  output: string,
  { origins }: Joined,
  { openLedger, copyFile }: MergePorts,
): Promise<void> {
  const target = openLedger(output);
  const sources = new Map<string, Ledger>();
  for (const [image, folder] of origins) {
    const source = sources.get(folder) ?? openLedger(folder);
    sources.set(folder, source);
    const stored = source.read(image);
    if (!stored) throw usageError('records that stay while they are merged', `${image} in ${folder}`, 'none');
    if (source.hasAnnotated(image)) await copyFile(source.annotatedPath(image), target.annotatedPath(image));
    else target.removeAnnotated(image);
    await target.write(stored.record, stored.mtimeMs);
  }
}
