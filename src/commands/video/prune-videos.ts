import type { Roots } from '../../core/roots.js';
import { ImageError } from '../../errors.js';
import type { OutputFiles } from '../../ports.js';
import { findGone } from '../prune.js';
import { prunableVideos, removeVideo } from './recorded-videos.js';
import type { VideoPorts } from './video-ports.js';

/**
 * Removes results whose video is not there any more, until a stop is asked for. What cannot be removed is told.
 *
 * @returns how many were removed, and how many could not be.
 * @throws {FatalError} NO_VIDEOS as `findGone`; OUTPUT_UNUSABLE.
 */
export async function pruneVideos(
  options: { readonly roots: Roots; readonly found: number; readonly all: boolean },
  files: OutputFiles,
  ports: Pick<VideoPorts, 'isFolder' | 'isGone' | 'log' | 'stop'>,
): Promise<{ pruned: number; notPruned: number }> {
  const counts = { pruned: 0, notPruned: 0 };
  for (const video of await findGone({ ...options, noun: 'video' }, prunableVideos(files), ports)) {
    if (ports.stop.requested !== undefined) break;
    try {
      removeVideo(files, video);
      counts.pruned += 1;
    } catch (error) {
      if (!(error instanceof ImageError)) throw error;
      counts.notPruned += 1;
      const { message } = error;
      ports.log.emit({ event: 'video-failed', video, partial: false, code: 'WRITE_FAILED', message });
    }
  }
  return counts;
}
