import type { ImageFailure } from '../types.js';
import type { RunSummary } from './summary.js';

/**
 * What a run tells while it goes: with `--log-format json` each is one line on stderr, `time` (ISO 8601, UTC) first.
 * New events and new fields may come; those here keep their meaning.
 */
export type RunEvent =
  /** Once, when pictures are known. */
  | {
      readonly event: 'run-start';
      readonly pictures: number;
      readonly lanes: number;
      readonly pack: string;
      readonly engine: string;
      /** Absent when nothing is written. */
      readonly output?: string;
    }
  /** A picture was tagged, kept or redrawn. Only with `--verbose`. */
  | {
      readonly event: 'picture';
      readonly image: string;
      readonly how: 'processed' | 'skipped' | 'redrawn';
      readonly faces: number;
    }
  | { readonly event: 'picture-failed'; readonly image: string; readonly failure: ImageFailure }
  /** A folder or name that could not be listed. */
  | { readonly event: 'unlisted'; readonly path: string; readonly message: string }
  /** A lane ended unasked or was replaced. */
  | { readonly event: 'lane-replaced'; readonly reason: string; readonly image?: string }
  /** Where the run stands; on a terminal the bar shows it instead. */
  | {
      readonly event: 'progress';
      readonly done: number;
      readonly total: number;
      readonly faces: number;
      readonly failed: number;
    }
  | { readonly event: 'warning'; readonly message: string }
  /** A picture that a `--fail-if` rule matched. */
  | { readonly event: 'screened'; readonly image: string }
  /** The run was asked to end early. */
  | { readonly event: 'stopping'; readonly reason: string }
  /** The run cannot go on; exit code 2 follows. */
  | { readonly event: 'fatal'; readonly code: string; readonly message: string }
  /** Once, at the end. */
  | { readonly event: 'run-end'; readonly summary: RunSummary };

/** Port: takes events to stderr, as text or as JSON, filtered by `--quiet` and `--verbose`. */
export interface RunLog {
  tell(event: RunEvent): void;
}
