import { countOf } from './count-of.js';
import { escapeControls } from './escape-controls.js';

/** Totals of `facetag video`. */
export interface VideoTotals {
  /** Absolute path of the output folder. */
  readonly output: string;
  /** Videos and streams that were found or named. */
  readonly videos: number;
  readonly processed: number;
  /** Unchanged since an earlier run. */
  readonly skipped: number;
  /** Those of both that failed, and those of which there is only a part. */
  readonly failed: number;
  readonly partial: number;
  /** Not reached, or given up, because the run was stopped. */
  readonly notDone: number;
  /** Folders and names that could not be listed. */
  readonly unlisted: number;
  /** Of the videos that were processed. */
  readonly frames: number;
  readonly analysed: number;
  readonly tracks: number;
  readonly seconds: number;
  /** Highest resident set of this process and of one lane, in bytes. */
  readonly peakMemory: { readonly parent: number; readonly lane: number };
  readonly exitCode: number;
}

/** The end-of-run lines for a person. */
export function formatVideoTotals(totals: VideoTotals): string[] {
  const { videos, processed, skipped, failed, partial, notDone, unlisted } = totals;
  const parts = [
    `${processed} read`,
    `${skipped} unchanged`,
    `${failed} failed`,
    ...(partial > 0 ? [`${partial} only in part`] : []),
    ...(notDone > 0 ? [`${notDone} not done`] : []),
    ...(unlisted > 0 ? [`${unlisted} not listed`] : []),
  ];
  const { frames, analysed, tracks, seconds, output } = totals;
  return [
    `${countOf(videos, 'video')}: ${parts.join(', ')}`,
    `${countOf(frames, 'frame')}, ${analysed} analysed, ${countOf(tracks, 'track')}`,
    `results in ${escapeControls(output)}`,
    `${seconds.toFixed(1)} s`,
  ];
}
