import { videoFiles, videoRecordPath } from '../../core/video-paths.js';
import { usageError } from '../../errors.js';
import type { OutputFiles, OutputFolder, OutputFolders } from '../../ports.js';
import { recordedVideos, removeVideo } from '../video/recorded-videos.js';

/** The videos of each folder that has any, sorted. */
export type VideosByFolder = ReadonlyMap<string, readonly string[]>;

/** @throws {FatalError} USAGE when two folders hold the same video; OUTPUT_UNUSABLE. */
export async function inspectVideos(
  folders: readonly string[],
  outputs: OutputFolders,
): Promise<VideosByFolder> {
  const found = new Map<string, readonly string[]>();
  const origins = new Map<string, string>();
  for (const folder of folders) {
    const videos = await outputs.visit(folder, videosIn);
    for (const video of videos) {
      const twin = origins.get(video);
      if (twin !== undefined) throw usageError(`${video} in one folder only`, 'the videos', [twin, folder]);
      origins.set(video, folder);
    }
    if (videos.length > 0) found.set(folder, videos);
  }
  return found;
}

/** @throws {FatalError} USAGE for videos in the target that are in no folder; OUTPUT_UNUSABLE. */
export async function refuseStrangeVideos(target: OutputFolder, found: VideosByFolder): Promise<void> {
  const merged = new Set([...found.values()].flat());
  const stranger = (await videosIn(target)).find((video) => !merged.has(video));
  if (stranger !== undefined) {
    throw usageError(
      'an empty folder, or that of the same merge,',
      '--output',
      `${target.path} with ${stranger}`,
    );
  }
}

/**
 * Copies the results of videos as they are.
 *
 * @param mayGoOn asked before each; throws when the merge is to end.
 * @throws {FatalError} OUTPUT_UNUSABLE or OUTPUT_LOCKED. @throws {ImageError} WRITE_FAILED.
 */
export async function mergeVideos(
  found: VideosByFolder,
  target: OutputFolder,
  outputs: OutputFolders,
  mayGoOn: () => void,
): Promise<void> {
  const files = await target.openFiles();
  for (const [folder, videos] of found) {
    await outputs.visit(folder, async (source) => {
      const from = await source?.openFiles();
      for (const video of videos) {
        mayGoOn();
        if (from) await copyVideo(video, from, files);
      }
    });
  }
}

async function videosIn(folder: OutputFolder | undefined): Promise<string[]> {
  return folder === undefined ? [] : await recordedVideos(await folder.openFiles());
}

/** The record comes last, as when it was made: where it is, all others are. */
async function copyVideo(video: string, from: OutputFiles, to: OutputFiles): Promise<void> {
  const record = videoRecordPath(video);
  const stored = from.read(record);
  if (stored === undefined) throw usageError('records that stay while they are merged', video, 'none');
  removeVideo(to, video);
  for (const file of videoFiles(video)) {
    const content = file === record ? undefined : from.pieces(file);
    if (content) await to.write(file, content);
  }
  await to.write(record, stored.text, stored.mtimeMs);
}
