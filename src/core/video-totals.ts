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
  /** Results removed since their video is gone, and those that could not be. */
  readonly pruned: number;
  readonly notPruned: number;
  /** Of all these videos, unchanged ones included. */
  readonly frames: number;
  readonly analysed: number;
  readonly tracks: number;
  readonly seconds: number;
  /** Highest resident set of this process and of one lane, in bytes. */
  readonly peakMemory: { readonly parent: number; readonly lane: number };
  readonly exitCode: number;
}
