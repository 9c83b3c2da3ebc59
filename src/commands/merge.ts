import { writeOutputs } from '../batch/write-tables.js';
import { FaceTally } from '../core/face-counts.js';
import { usageError } from '../errors.js';
import type { Ledger } from '../ports.js';
import { inspect, type Joined, type MergeOptions, type MergePorts } from './merge/inspect.js';

/**
 * `facetag merge <folders…> -o <dir>`: joins the results of `--shard` runs. The outcome is, byte for byte, what one run
 * over everything would have written. Running it again is safe.
 *
 * @returns the exit code.
 * @throws {FatalError} USAGE when two folders hold the same picture or share, were made with different settings or from
 * different folders; INCOMPLETE when a share is missing or a run was not finished in one of them.
 */
export async function mergeCommand(options: MergeOptions, ports: MergePorts): Promise<number> {
  const { folders, output, formats, csvNames } = options;
  if (folders.includes(output)) throw usageError('a folder that is not merged itself', '--output', output);
  const joined = inspect(options, ports);
  const found = await ports.outputs.hold(output, async () => {
    refuseStrangers(output, joined, ports);
    await ports.outputs.writeRoots(output, joined.roots);
    await ports.outputs.writeCompletion(output, { shares: [], unfinished: joined.unfinished });
    const tally = await copyResults(output, joined, ports);
    await writeOutputs(ports.openLedger(output), formats, csvNames, () => true);
    return tally;
  });
  ports.log.emit({
    event: 'merge-end',
    folders: folders.length,
    pictures: joined.origins.size,
    failed: found.failed,
    ...found.faces.counts,
    output,
  });
  return 0;
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
): Promise<{ readonly faces: FaceTally; readonly failed: number }> {
  const target = openLedger(output);
  const faces = new FaceTally();
  let failed = 0;
  const sources = new Map<string, Ledger>();
  for (const [image, folder] of origins) {
    const source = sources.get(folder) ?? openLedger(folder);
    sources.set(folder, source);
    const stored = source.read(image);
    if (!stored) throw usageError('records that stay while they are merged', `${image} in ${folder}`, 'none');
    if (source.hasAnnotated(image)) await copyFile(source.annotatedPath(image), target.annotatedPath(image));
    else target.removeAnnotated(image);
    await target.write(stored.record, stored.mtimeMs);
    faces.add(stored.record.faces);
    if (stored.record.error) failed += 1;
  }
  return { faces, failed };
}
