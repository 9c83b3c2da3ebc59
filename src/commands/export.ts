import type { ExportFlags, ExportKind } from '../config.js';
import { archivesAround } from '../core/archives/kind.js';
import { isWithin } from '../core/base-folder.js';
import { exitCodeFor } from '../core/exit-code.js';
import type { PathKind } from '../core/path-kind.js';
import { pathOf } from '../core/roots.js';
import { isStoreAddress } from '../core/store-address.js';
import { usageError } from '../errors.js';
import { ExportJob } from '../exports/export-job.js';
import { EXPORTS } from '../exports/registry.js';
import type { EventLog, ExportFolder, ExportFolders, OutputFolders } from '../ports.js';
import { endedBySignal } from './ended-by-signal.js';
import { withResults, type Interruption, type Results } from '../results/with-results.js';

/** What `facetag export` needs of the outside world. */
export interface ExportPorts {
  readonly outputs: OutputFolders;
  readonly exports: ExportFolders;
  /** What there is at a path, links followed. */
  readonly kindAt: (path: string) => PathKind;
  readonly log: EventLog;
  readonly stop: Interruption;
}

export interface ExportOptions {
  /** Absolute path of the output folder to read. */
  readonly folder: string;
  readonly to: ExportKind;
  /** Absolute path of the folder to write; undefined with `--beside`. */
  readonly output: string | undefined;
  readonly where: string | undefined;
  readonly flags: ExportFlags;
  /** Those of `flags` that were given. */
  readonly given: readonly (keyof ExportFlags)[];
}

/**
 * `facetag export <output> --to <kind> -o <dir>`: hands results on to another tool.
 *
 * @returns the exit code: 1 when a picture or its record could not be taken. Failed pictures are left out and counted.
 * @throws {FatalError} USAGE for a flag of another kind, for what is no output folder and for a folder that holds anything
 * but an earlier export; OUTPUT_UNUSABLE; OUTPUT_LOCKED.
 */
export async function exportCommand(options: ExportOptions, ports: ExportPorts): Promise<number> {
  const { folder, to, output, where } = options;
  refuseOthersFlags(options);
  const asked = { folder, command: 'facetag export', into: 'the export', where };
  const write = async (results: Results): Promise<number> => {
    const format = await EXPORTS[to].load();
    const job = await intoFolder(options, results, ports, async (target) => {
      const begun = new ExportJob(results, target, options.flags, ports.log);
      await format.write(begun);
      return begun;
    });
    const { pictures, failed, leftOut, faces } = job;
    const counts = { pictures: pictures - leftOut, failed, leftOut, ...faces.counts };
    ports.log.emit({ event: 'export-end', to, ...counts, ...(output !== undefined && { output }) });
    const { damaged, otherVersion, illegible } = results.leftOut;
    return exitCodeFor({ failed: leftOut + damaged.size + otherVersion.size + illegible });
  };
  return await endedBySignal(ports.log, () => withResults(asked, ports, write));
}

/** A flag that would change nothing is a misunderstanding. */
function refuseOthersFlags({ to, given }: ExportOptions): void {
  const wrong = given.find((flag) => !EXPORTS[to].flags.includes(flag));
  if (wrong === undefined) return;
  const kinds = Object.entries(EXPORTS).flatMap(([kind, { flags }]) => (flags.includes(wrong) ? [kind] : []));
  throw usageError(`${kinds.join(' or ')}, which has the flag ${wrong},`, '--to', to);
}

/** Objects of a bucket have no folder, nor has a member of an archive. Where files are among the members, they get theirs. */
function refuseWithoutFolder({ images, roots }: Results, { kindAt }: ExportPorts): void {
  const archiveOf = (image: string): string | undefined =>
    archivesAround(image).find((name) => kindAt(pathOf(roots, name)) === 'file');
  const [first] = images;
  const archive = first === undefined ? undefined : archiveOf(first);
  const isAllMembers = archive !== undefined && images.every((image) => archiveOf(image) !== undefined);
  const place = isStoreAddress(roots.base) ? roots.base : isAllMembers ? archive : undefined;
  if (place !== undefined)
    throw usageError('results of files in folders (take -o for these)', '--beside', place);
}

async function intoFolder<T>(
  { folder, to, output, flags }: ExportOptions,
  results: Results,
  ports: ExportPorts,
  work: (target: ExportFolder) => Promise<T>,
): Promise<T> {
  if (flags.beside) {
    if (output !== undefined) throw usageError('either --output or --beside', '--output', output);
    refuseWithoutFolder(results, ports);
    const { sidecars } = await import('../exports/xmp.js');
    return await ports.exports.beside(results.roots, sidecars, work);
  }
  if (output === undefined) throw usageError('the folder to write', '--output', 'nothing');
  if (isWithin(folder, output)) {
    throw usageError('a folder outside the one to read', '--output', output);
  }
  return await ports.exports.hold(output, to, work);
}
