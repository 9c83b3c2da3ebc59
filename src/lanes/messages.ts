/**
 * What crosses the process boundary: plain data, sent as JSON (numbers survive exactly, absent fields stay absent).
 * A lane has one picture at a time, so an answer needs no name: it belongs to the last task.
 */

import type { FatalCode } from '../errors.js';
import type { ImageReport, LaneConfig, LaneTask, PreviewConfig } from '../types.js';

/** What a lane is told at its start: the one of its entry. */
export type AnyLaneConfig = LaneConfig | PreviewConfig;

export type ToLane =
  | { readonly type: 'configure'; readonly config: AnyLaneConfig }
  | { readonly type: 'process'; readonly task: LaneTask };

export type FromLane =
  /** The nets are loaded. */
  | { readonly type: 'ready'; readonly memory: LaneMemory }
  /** The picture has reached the lane: what happens to the lane from now on may be its fault. */
  | { readonly type: 'taken' }
  | { readonly type: 'report'; readonly report: ImageReport; readonly memory: LaneMemory }
  /** A `FatalError` thrown in the lane: it ends the run, so no other lane is tried. */
  | { readonly type: 'fatal'; readonly code: FatalCode; readonly message: string; readonly mayPass: boolean };

/** Memory of a lane's process in bytes. */
export interface LaneMemory {
  /** Resident set now. */
  readonly rssBytes: number;
  /** Highest resident set since the process started. */
  readonly peakBytes: number;
}
