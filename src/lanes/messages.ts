import type { FatalCode, FatalError } from '../errors.js';
import type { ImageReport, LaneConfig, LaneTask } from '../types.js';
import type { LaneExit } from './exit.js';

/**
 * What crosses the process boundary: plain data, sent as JSON (numbers survive exactly, absent fields stay absent).
 * A lane has one picture at a time, so an answer needs no name: it belongs to the last task.
 */

/** Memory of a lane's process in bytes. */
export interface LaneMemory {
  /** Resident set now. */
  readonly rssBytes: number;
  /** Highest resident set since the process started. */
  readonly peakBytes: number;
}

export type ToLane =
  | { readonly type: 'configure'; readonly config: LaneConfig }
  | { readonly type: 'process'; readonly task: LaneTask };

export type FromLane =
  /** The nets are loaded. */
  | { readonly type: 'ready'; readonly memory: LaneMemory }
  /** The picture has reached the lane: what happens to the lane from now on may be its fault. */
  | { readonly type: 'taken' }
  | { readonly type: 'report'; readonly report: ImageReport; readonly memory: LaneMemory }
  /** A `FatalError` thrown in the lane: it ends the run, so no other lane is tried. */
  | { readonly type: 'fatal'; readonly code: FatalCode; readonly message: string };

/** What happens to lanes, for logs. Pictures are named by their relative path. */
export type LaneEvent =
  | { readonly type: 'ready'; readonly pid: number | undefined; readonly rssBytes: number }
  /** A lane's process ended unasked, and not because the run is being stopped. `image` is what it was working on. */
  | {
      readonly type: 'died';
      readonly pid: number | undefined;
      readonly exit: LaneExit;
      readonly image?: string;
      /** True when `image` is tried once more. */
      readonly retry: boolean;
    }
  | { readonly type: 'overrun'; readonly pid: number | undefined; readonly image: string }
  /** A lane was replaced between two pictures. */
  | {
      readonly type: 'recycled';
      readonly pid: number | undefined;
      readonly reason: 'pictures' | 'memory';
      readonly rssBytes: number;
    }
  /** Lanes cannot work: every picture from now on is rejected with this error. */
  | { readonly type: 'fatal'; readonly error: FatalError };
