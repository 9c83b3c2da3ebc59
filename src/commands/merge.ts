import { COPY_KINDS, copyFiles } from '../core/copies.js';
import { writeOutputs } from '../batch/write-tables.js';
import { FaceTally } from '../core/face-counts.js';
import type { PictureRecord } from '../core/report.js';
import { usageError } from '../errors.js';
import type { Ledger, OutputFolder } from '../ports.js';
import { inspect, type Joined, type MergeOptions, type MergePorts } from './merge/inspect.js';

/**
 * `facetag merge <folders…> -o <dir>`: joins the results of `--shard` runs. The outcome is, byte for byte, what one run
 * over everything would have written. Running it again is safe.
 *
 * @returns the exit code.
 * @throws {FatalError} USAGE when two folders hold the same picture or share, were made with different settings or from
 * different folders; INCOMPLETE when a share is missing or a run was not finished in one of them; OUTPUT_UNUSABLE.
 */
export async function mergeCommand(options: MergeOptions, ports: MergePorts): Promise<number> {
  const { folders, output, formats, csvNames } = options;
  const { outputs } = ports;
  if (folders.includes(output)) throw usageError('a folder that is not merged itself', '--output', output);
  const joined = await inspect(options, ports);
  const found = { faces: new FaceTally(), failed: 0 };
  await outputs.hold(output, async (target) => {
    await refuseStrangers(target, joined);
    await target.writeRoots(joined.roots);
    await target.writeCopyStyles(joined.styles);
    await target.writeCompletion({ shares: [], unfinished: joined.unfinished });
    for (const [folder, images] of joined.images) {
      await outputs.visit(folder, (source) => copyResults(images, source?.ledger, target.ledger, found));
    }
    await writeOutputs(target.ledger, formats, csvNames, () => true);
  });
  ports.log.emit({
    event: 'merge-end',
    folders: joined.images.size,
    pictures: joined.origins.size,
    failed: found.failed,
    ...found.faces.counts,
    output,
  });
  return 0;
}

/** Records of the output folder that no shard has would make the result a mixture. */
async function refuseStrangers({ path, ledger }: OutputFolder, { origins }: Joined): Promise<void> {
  const stranger = (await ledger.images()).find((image) => !origins.has(image));
  if (stranger !== undefined) {
    throw usageError('an empty folder, or that of the same merge,', '--output', `${path} with ${stranger}`);
  }
}

async function copyResults(
  images: readonly string[],
  source: Ledger | undefined,
  target: Ledger,
  found: { readonly faces: FaceTally; failed: number },
): Promise<void> {
  for (const image of images) {
    const stored = source?.read(image);
    if (!source || !stored) throw usageError('records that stay while they are merged', image, 'none');
    await copyCopies(stored.record, source, target);
    await target.write(stored.record, stored.mtimeMs);
    found.faces.add(stored.record.faces);
    if (stored.record.error) found.failed += 1;
  }
}

async function copyCopies({ image, faces }: PictureRecord, source: Ledger, target: Ledger): Promise<void> {
  for (const kind of COPY_KINDS) {
    const written: string[] = [];
    for (const file of copyFiles(kind, image, faces.length)) {
      const copy = source.readCopy(file);
      if (!copy) continue;
      await target.writeCopy(file, copy);
      written.push(file);
    }
    target.removeCopies(kind, image, written);
  }
}
