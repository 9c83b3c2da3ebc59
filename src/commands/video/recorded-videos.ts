import { VIDEOS } from '../../core/output-paths.js';
import { videoFiles, videoOfRecord, videoRecordPath } from '../../core/video-paths.js';
import type { OutputFiles } from '../../ports.js';
import { parseVideoRecord } from '../../video/video-record.js';
import type { Removable } from '../prune.js';
import { STREAMS } from './find-videos.js';

/** The names of all videos that an output folder has a record of, sorted. */
export async function recordedVideos(files: Pick<OutputFiles, 'below' | 'read'>): Promise<string[]> {
  const videos: string[] = [];
  for await (const file of files.below(VIDEOS)) {
    const video = videoOfRecord(file);
    if (video !== undefined && isRecorded(files, video)) videos.push(video);
  }
  return videos.sort();
}

/** The results that `--prune` may remove. A stream is never gone: nobody knows whether it will be there again. */
export function prunableVideos(files: OutputFiles): Removable {
  return {
    noun: 'video',
    images: async () =>
      (await recordedVideos(files)).filter(
        (video) => !video.startsWith(`${STREAMS}/`) || hasSource(files, video),
      ),
    isOurs: (video) => isRecorded(files, video),
    remove: (video) => {
      removeVideo(files, video);
    },
    failure: (video, { message }) => ({
      event: 'video-failed',
      video,
      partial: false,
      code: 'WRITE_FAILED',
      message,
    }),
  };
}

/**
 * Removes all that there is of a video. The record goes first: without it the rest stands for nothing.
 *
 * @throws {ImageError} WRITE_FAILED. @throws {FatalError} OUTPUT_UNUSABLE or OUTPUT_LOCKED.
 */
export function removeVideo(files: Pick<OutputFiles, 'remove'>, video: string): void {
  for (const file of videoFiles(video).reverse()) files.remove(file);
}

function isRecorded(files: Pick<OutputFiles, 'read'>, video: string): boolean {
  return readRecord(files, video) !== undefined;
}

/** A stream's record has none. */
function hasSource(files: Pick<OutputFiles, 'read'>, video: string): boolean {
  return readRecord(files, video)?.source !== undefined;
}

function readRecord(files: Pick<OutputFiles, 'read'>, video: string) {
  const stored = files.read(videoRecordPath(video));
  return stored && parseVideoRecord(stored.text, video);
}
