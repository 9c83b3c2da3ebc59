import { toRunRecord } from '../core/run-key.js';
import { sameRun } from '../core/skip.js';
import { isLastingFault, VIDEO_FAILURE_CODES, type VideoFailure } from '../core/video-failures.js';
import type { FileStamp, RunKey, SourceIdentity } from '../types.js';
import { seconds } from './seconds.js';

/** Version of what is written of a video; part of what makes an unchanged one be done again. */
const VIDEO_SCHEMA_VERSION = 1;

/** `partial`: what could be read is there, and `error` says what is missing. */
export type VideoStatus = 'ok' | 'partial' | 'failed';

/** How a video is sampled. */
export interface SampleSettings {
  /** Seconds of source time from one sampled frame to the next; 0 for every frame. */
  readonly every: number;
  /** A frame that differs less from the last analysed one carries its faces over. 0..1. */
  readonly diff: number;
}

/** One video as `video/<path>.json` has it. */
export interface VideoRecord {
  readonly video: string;
  readonly status: VideoStatus;
  /** Of a frame as it was shown, in pixels; 0 where there was none. */
  readonly width: number;
  readonly height: number;
  /** Seconds, as the container has it; absent where nobody can know. */
  readonly duration?: number | undefined;
  /** Sampled frames, those of them that the nets saw, faces in all of them, and tracks. */
  readonly frames: number;
  readonly analysed: number;
  readonly faces: number;
  readonly tracks: number;
  readonly error?: VideoFailure | undefined;
  /** Absent for a stream, which nobody sees a second time, and for what could not be read. */
  readonly source?: SourceIdentity | undefined;
  readonly sampling: SampleSettings;
  readonly run: RunKey;
}

/** Text of `video/<path>.json`. */
export function formatVideoRecord(record: VideoRecord): string {
  const { video, status, width, height, duration, frames, analysed, faces, tracks, error, source, run } =
    record;
  const value = {
    schemaVersion: VIDEO_SCHEMA_VERSION,
    video,
    status,
    width,
    height,
    ...(duration !== undefined && { duration: Number(seconds(duration)) }),
    frames,
    analysed,
    faces,
    tracks,
    ...(error && { error: { code: error.code, message: error.message } }),
    ...(source && { source: { bytes: source.bytes, sha256: source.sha256 } }),
    sampling: { every: record.sampling.every, diff: record.sampling.diff },
    run: toRunRecord(run),
  };
  return JSON.stringify(value, null, 2) + '\n';
}

/** Reads it back; undefined for anything that is not the whole record of this video in this version. */
export function parseVideoRecord(text: string, video: string): VideoRecord | undefined {
  try {
    const value = JSON.parse(text) as Partial<VideoRecord & { schemaVersion: number }> | null;
    if (value?.schemaVersion !== VIDEO_SCHEMA_VERSION || value.video !== video) return undefined;
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(value: Partial<VideoRecord>): value is VideoRecord {
  const { status, error, source, sampling, run } = value;
  const counts = [value.width, value.height, value.frames, value.analysed, value.faces, value.tracks];
  return (
    counts.every((count) => Number.isSafeInteger(count)) &&
    (status === 'ok'
      ? error === undefined
      : (status === 'partial' || status === 'failed') &&
        error !== undefined &&
        VIDEO_FAILURE_CODES.includes(error.code)) &&
    (source === undefined || (typeof source.bytes === 'number' && typeof source.sha256 === 'string')) &&
    typeof sampling?.every === 'number' &&
    typeof sampling.diff === 'number' &&
    typeof run?.settings === 'string'
  );
}

export interface VideoRules {
  readonly sampling: SampleSettings;
  readonly run: RunKey;
  /** `--force`: redo everything. */
  readonly force: boolean;
  /** `--retry-failed`: redo faults of the content too. */
  readonly retryFailed: boolean;
}

/**
 * What to do with a video that has a record: as for pictures, an equal size and mtime mean that it is unchanged, and an
 * equal size with another mtime is decided by its hash.
 */
export function decideVideo(
  record: VideoRecord,
  recordMtimeMs: number,
  source: FileStamp,
  { sampling, run, force, retryFailed }: VideoRules,
): 'process' | 'hash' | 'skip' {
  const { every, diff } = record.sampling;
  if (force || !sameRun(record.run, run) || every !== sampling.every || diff !== sampling.diff)
    return 'process';
  if (record.error && (retryFailed || !isLastingFault(record.error))) return 'process';
  if (record.source?.bytes !== source.bytes) return 'process';
  return recordMtimeMs === source.mtimeMs ? 'skip' : 'hash';
}
