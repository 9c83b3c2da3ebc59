import { writeOutputs } from '../batch/write-tables.js';
import type { RecordForm } from '../config.js';
import { usageError } from '../errors.js';
import type { OutputFolder, OutputFolders } from '../ports.js';
import { tellLeftOut } from '../results/tell-left-out.js';
import { ResultCopier } from './merge/copy-results.js';
import { inspect, type MergeOptions, type MergePorts } from './merge/inspect.js';
import { hasSorted } from './merge/join-images.js';
import { inspectVideos, mergeVideos, refuseStrangeVideos } from './merge/videos.js';

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
  const { outputs, log } = ports;
  if (folders.includes(output)) throw usageError('a folder that is not merged itself', '--output', output);
  const joined = await inspect(options, ports);
  const videos = await inspectVideos(folders, outputs);
  const { images } = joined;
  const records = options.records ?? (await formOf(output, outputs)) ?? joined.recordForm;
  const done = await outputs.hold(
    output,
    async (target) => {
      const isBegun = await refuseStrangers(target, images);
      await refuseStrangeVideos(target, videos);
      await target.writeRoots(joined.roots);
      await target.writeCopyStyles(joined.styles);
      await target.writeCompletion({ shares: [], unfinished: joined.unfinished });
      const copier = new ResultCopier(target.ledger, isBegun);
      for (const { folder, images: own } of joined.folders) {
        await outputs.visit(folder, (source) => copier.copy(own, source?.ledger));
      }
      await target.ledger.compact();
      await mergeVideos(videos, target, outputs);
      const leftOut = await writeOutputs(target.ledger, { formats, names: csvNames }, { recorded: images });
      tellLeftOut(leftOut, 'the tables', log);
      return copier;
    },
    { records },
  );
  log.emit({
    event: 'merge-end',
    folders: joined.folders.length,
    pictures: images.length,
    ...(videos.size > 0 && { videos: [...videos.values()].flat().length }),
    failed: done.failed,
    ...done.faces.counts,
    output,
  });
  return 0;
}

/** How a folder keeps its records; undefined where it has none. */
function formOf(output: string, outputs: OutputFolders): Promise<RecordForm | undefined> {
  return outputs.visit(output, (target) => Promise.resolve(target?.recordForm));
}

/**
 * Records of the output folder that no shard has would make the result a mixture.
 *
 * @returns whether it has any records.
 */
async function refuseStrangers({ path, ledger }: OutputFolder, images: readonly string[]): Promise<boolean> {
  const there = await ledger.images();
  const stranger = there.find((image) => !hasSorted(images, image));
  if (stranger !== undefined) {
    throw usageError('an empty folder, or that of the same merge,', '--output', `${path} with ${stranger}`);
  }
  return there.length > 0;
}
