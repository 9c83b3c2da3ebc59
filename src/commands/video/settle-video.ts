import { failureOf } from '../../errors.js';
import { clipPath, videoRecordPath, VIDEO_OUTPUTS, videoOutputPath } from '../../core/video-paths.js';
import type { VideoFailure, VideoFailureCode } from '../../core/video-failures.js';
import { VIDEO_FAILURE_CODES } from '../../core/video-failures.js';
import type { LanePool, OutputFiles, OutputFolder, WorkFolder } from '../../ports.js';
import type { FileStamp, SourceIdentity } from '../../types.js';
import type { VideoConfig } from '../../config.js';
import { CLIP, SCRIPT } from '../../video/frame-outputs.js';
import { processVideo, type VideoFindings } from '../../video/process-video.js';
import { formatVideoRecord, type VideoRecord, type VideoRules } from '../../video/video-record.js';
import { findKept } from './find-kept.js';
import type { VideoSource } from './find-videos.js';
import type { VideoPorts } from './video-ports.js';

export interface VideoRun {
  readonly config: VideoConfig;
  readonly rules: VideoRules;
  readonly output: Pick<OutputFolder, 'withWorkFolder'>;
  readonly files: OutputFiles;
  readonly lanes: LanePool;
  /** How many there are. */
  readonly jobs: number;
  /** Hears what is to be ended when the run is stopped. */
  readonly working: (work: { cancel(): void } | undefined) => void;
}

export interface FinishedVideo {
  readonly record: VideoRecord;
  readonly how: 'processed' | 'skipped';
}

/**
 * Takes one video through skip check, nets and publishing. Whatever is wrong with it is data.
 *
 * @returns undefined when the run was stopped on the way: then nothing of it has changed.
 * @throws {FatalError} when the run cannot go on.
 */
export async function settleVideo(
  source: VideoSource,
  run: VideoRun,
  ports: VideoPorts,
): Promise<FinishedVideo | undefined> {
  const { name, file, fault } = source;
  if (fault) return await fail(source, fault, run);
  try {
    const stamp = file === undefined ? undefined : ports.files.stamp(file);
    const kept = stamp && file !== undefined && (await findKept(name, file, stamp, run, ports));
    if (kept) {
      if (kept.touched) run.files.touch(videoRecordPath(name), stamp.mtimeMs);
      return { record: kept.record, how: 'skipped' };
    }
    if (stamp?.bytes === 0)
      return await fail(source, { code: 'EMPTY_FILE', message: 'The file is empty' }, run, stamp);
    return await run.output.withWorkFolder((work) => analyse(source, stamp, work, run, ports));
  } catch (error) {
    return await fail(source, failureOfVideo(error), run);
  }
}

async function analyse(
  source: VideoSource,
  stamp: FileStamp | undefined,
  work: WorkFolder,
  run: VideoRun,
  ports: VideoPorts,
): Promise<FinishedVideo | undefined> {
  const findings = await read(source, work, run, ports);
  if (findings === undefined) return undefined;
  const clipFault = await drawClip(source, findings, work, run, ports);
  if (clipFault === 'cancelled') return undefined;
  const identity = await identify(source, stamp, ports);
  if (identity === 'changed') {
    const message = 'The file was written to while it was read';
    return await fail(source, { code: 'CHANGED', message }, run);
  }
  const error = findings.error ?? clipFault;
  const status = findings.status === 'ok' && clipFault !== undefined ? 'partial' : findings.status;
  const record: VideoRecord = {
    ...findings,
    status,
    error,
    source: identity,
    run: run.rules.run,
  };
  const hasClip = run.config.annotate && clipFault === undefined && status !== 'failed';
  return await publish(record, stamp, hasClip, work, run);
}

async function read(
  { name, input }: VideoSource,
  work: WorkFolder,
  { config, rules, lanes, jobs, working }: VideoRun,
  { tool, progress }: VideoPorts,
): Promise<VideoFindings | undefined> {
  const { maxPixels, timeout, csvNames, annotate } = config;
  const { sampling } = rules;
  const reading = await tool.sample(input, {
    every: sampling.every,
    maxPixels,
    stallMs: timeout * 1000,
  });
  working(reading);
  let begun = false;
  try {
    return await processVideo(
      { video: name, sampling, csvNames, draws: annotate, lanes: jobs },
      reading,
      { lanes, work },
      ({ time, faces, failed }, duration) => {
        if (!begun) progress.start(duration, 'second');
        begun = true;
        progress.update({ done: time, skipped: 0, faces, failed, retried: lanes.stats.retried });
      },
    );
  } finally {
    reading.cancel();
    working(undefined);
    progress.stop();
  }
}

/** @returns why there is none, where one is wanted. */
async function drawClip(
  { input }: VideoSource,
  { status }: VideoFindings,
  { path: folder }: WorkFolder,
  { config, working }: VideoRun,
  { tool, stop }: VideoPorts,
): Promise<VideoFailure | 'cancelled' | undefined> {
  if (!config.annotate || status === 'failed') return undefined;
  if (input.live) return { code: 'CLIP_FAILED', message: 'A stream cannot be read twice' };
  const encoding = tool.encode({ input, folder, script: SCRIPT, clip: CLIP });
  working(encoding);
  const fault = await encoding.done;
  working(undefined);
  if (stop.requested !== undefined) return 'cancelled';
  return fault === undefined ? undefined : { code: 'CLIP_FAILED', message: fault };
}

/** The bytes that the results are of. */
async function identify(
  { file }: VideoSource,
  stamp: FileStamp | undefined,
  { files }: VideoPorts,
): Promise<SourceIdentity | 'changed' | undefined> {
  if (file === undefined || stamp === undefined) return undefined;
  const sha256 = await files.sha256(file);
  const now = files.stamp(file);
  return now.bytes === stamp.bytes && now.mtimeMs === stamp.mtimeMs
    ? { bytes: stamp.bytes, sha256 }
    : 'changed';
}

/** Publishes a failure alone: nothing that is left of an earlier version may stand for this one. */
async function fail(
  { name }: VideoSource,
  error: VideoFailure,
  run: VideoRun,
  stamp?: FileStamp,
): Promise<FinishedVideo> {
  const { sampling, run: key } = run.rules;
  const nothing = { width: 0, height: 0, frames: 0, analysed: 0, faces: 0, tracks: 0 };
  const source = stamp && { bytes: stamp.bytes, sha256: EMPTY_SHA256 };
  const record: VideoRecord = {
    video: name,
    status: 'failed',
    ...nothing,
    error,
    source,
    sampling,
    run: key,
  };
  return await publish(record, stamp, false, undefined, run);
}

/** Of no bytes at all. */
const EMPTY_SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/**
 * Gives the results of a video their names. The record goes first and comes last: whatever ends this on the way, no
 * record stands beside results of another run.
 */
async function publish(
  record: VideoRecord,
  stamp: FileStamp | undefined,
  hasClip: boolean,
  work: WorkFolder | undefined,
  { files }: VideoRun,
): Promise<FinishedVideo> {
  const { video } = record;
  try {
    files.remove(videoRecordPath(video));
    for (const kind of VIDEO_OUTPUTS) {
      const place = videoOutputPath(kind, video);
      if (record.status === 'failed' || work === undefined) files.remove(place);
      else await files.write(place, work.pieces(kind));
    }
    if (hasClip && work !== undefined) await files.write(clipPath(video), work.pieces(CLIP));
    else files.remove(clipPath(video));
    await files.write(videoRecordPath(video), formatVideoRecord(record), stamp?.mtimeMs);
    return { record, how: 'processed' };
  } catch (error) {
    return { record: { ...record, status: 'failed', error: failureOfVideo(error) }, how: 'processed' };
  }
}

/** What was thrown, as a failure of the video. @throws what concerns the whole run. */
function failureOfVideo(error: unknown): VideoFailure {
  const { code, message } = failureOf(error, 'discover');
  return { code: isVideoCode(code) ? code : 'UNREADABLE', message };
}

function isVideoCode(code: string): code is VideoFailureCode {
  return (VIDEO_FAILURE_CODES as readonly string[]).includes(code);
}
