import { writeOutputs } from '../batch/write-tables.js';
import type { RecordForm } from '../config.js';
import { isWithin } from '../core/base-folder.js';
import { indexOf } from '../core/sorted-texts.js';
import { futureRealPath } from '../discover/output-folder.js';
import { usageError } from '../errors.js';
import type { OutputFolder, OutputFolders } from '../ports.js';
import { tellLeftOut } from '../results/tell-left-out.js';
import { endedBySignal } from './ended-by-signal.js';
import { ResultCopier } from './merge/copy-results.js';
import { inspect, type Joined, type MergeOptions, type MergePorts } from './merge/inspect.js';
import { noteMergeBegin } from './merge/note-begin.js';
import { inspectVideos, mergeVideos, refuseStrangeVideos, type VideosByFolder } from './merge/videos.js';

/**
 * `facetag merge <folders…> -o <dir>`: joins the results of `--shard` runs. The outcome is, byte for byte, what one run
 * over everything would have written. Running it again is safe, also after one that a signal or a fault has ended.
 *
 * @returns the exit code.
 * @throws {FatalError} USAGE when two folders hold the same picture or share, were made with different settings or from
 * different folders; INCOMPLETE when a share is missing or a run was not finished in one of them; OUTPUT_UNUSABLE.
 * @throws {InterruptedError} when a signal comes before anything is written.
 */
export async function mergeCommand(options: MergeOptions, ports: MergePorts): Promise<number> {
  const { outputs, log, stop } = ports;
  await refuseWithin(options);
  const [joined, videos] = await stop.unlessInterrupted(lookThrough(options, ports));
  const records = options.records ?? (await formOf(options.output, outputs)) ?? joined.recordForm;
  return await endedBySignal(log, async () => {
    const done = await outputs.hold(
      options.output,
      (target) => mergeInto(target, { ...options, joined, videos }, ports),
      { records },
    );
    log.emit({
      event: 'merge-end',
      folders: joined.folders.length,
      pictures: joined.images.length,
      ...(videos.size > 0 && { videos: [...videos.values()].flat().length }),
      failed: done.failed,
      ...done.faces.counts,
      output: options.output,
    });
    return 0;
  });
}

/** @throws {FatalError} USAGE for an output folder that is one to merge, under whatever name, or lies in one. */
async function refuseWithin({ folders, output }: MergeOptions): Promise<void> {
  const target = await futureRealPath(output);
  for (const folder of folders) {
    if (!isWithin(await futureRealPath(folder), target)) continue;
    throw usageError(`a folder outside those that are merged (${folder})`, '--output', output);
  }
}

async function lookThrough(options: MergeOptions, ports: MergePorts): Promise<[Joined, VideosByFolder]> {
  const joined = await inspect(options, ports);
  return [joined, await inspectVideos(options.folders, ports.outputs)];
}

interface Merge extends Pick<MergeOptions, 'formats' | 'csvNames'> {
  readonly joined: Joined;
  readonly videos: VideosByFolder;
}

async function mergeInto(
  target: OutputFolder,
  { joined, videos, formats, csvNames }: Merge,
  { outputs, log, stop }: MergePorts,
): Promise<ResultCopier> {
  const { images } = joined;
  const isBegun = await refuseStrangers(target, images);
  await refuseStrangeVideos(target, videos);
  const mayGoOn = (): void => {
    stop.throwIfInterrupted();
  };
  const copier = new ResultCopier(target.ledger, isBegun, mayGoOn);
  const note = await noteMergeBegin(target, joined);
  try {
    await target.writeRoots(joined.roots);
    await target.writeCopyStyles(joined.styles);
    target.ledger.expect(images);
    for (const { folder, images: own } of joined.folders) {
      await outputs.visit(folder, (source) => copier.copy(own, source?.ledger));
    }
    await target.ledger.compact();
    await mergeVideos(videos, target, outputs, mayGoOn);
    const tables = { formats, names: csvNames };
    const { leftOut } = await writeOutputs(target.ledger, tables, { recorded: images, mayGoOn });
    tellLeftOut(leftOut, 'the tables', log);
    await note.finish();
    return copier;
  } catch (error) {
    await note.fail(error, copier.done);
    throw error;
  }
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
  const stranger = there.find((image) => indexOf(images, image) === undefined);
  if (stranger !== undefined) {
    throw usageError('an empty folder, or that of the same merge,', '--output', `${path} with ${stranger}`);
  }
  return there.length > 0;
}
