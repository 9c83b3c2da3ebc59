import type { CsvNames } from '../config.js';
import type { FaceRecord } from '../core/report.js';
import { countOf } from '../core/count-of.js';
import type { VideoFailure } from '../core/video-failures.js';
import type { VideoEnd, VideoSampling } from '../ports.js';
import { FrameOutputs } from './frame-outputs.js';
import { readFrames, type FramePorts } from './read-frames.js';
import { Tracks } from './tracks.js';
import type { SampleSettings, VideoRecord } from './video-record.js';

export interface ProcessOptions {
  readonly video: string;
  readonly sampling: SampleSettings;
  readonly csvNames: CsvNames;
  /** Whether a clip with boxes is to be made. */
  readonly draws: boolean;
  readonly lanes: number;
}

/** What was found in a video: all of its record but what it was made of. */
export type VideoFindings = Omit<VideoRecord, 'source' | 'run'>;

/** Where the work stands. */
export interface VideoProgress {
  /** Seconds of source time. */
  readonly time: number;
  readonly faces: number;
  readonly failed: number;
}

/**
 * Takes a video through the nets and writes what is found into the work folder.
 *
 * @param onProgress hears of every sampled frame.
 * @returns undefined when it was stopped on the way.
 * @throws {FatalError} when the run cannot go on.
 */
export async function processVideo(
  options: ProcessOptions,
  reading: VideoSampling,
  ports: FramePorts,
  onProgress: (progress: VideoProgress, duration: number | undefined) => void,
): Promise<VideoFindings | undefined> {
  const { video, sampling, csvNames, draws } = options;
  const outputs = new FrameOutputs(video, csvNames, draws, ports.work);
  const tracks = new Tracks();
  const counts = { frames: 0, analysed: 0, faces: 0 };
  const lost = { frames: 0, codes: new Set<string>() };
  let carried: readonly FaceRecord[] = [];
  let size = { width: 0, height: 0 };
  let time = 0;
  try {
    for await (const frame of readFrames(
      reading.frames,
      { video, diff: sampling.diff, lanes: options.lanes },
      ports,
    )) {
      if (counts.frames === 0) {
        size = { width: frame.width, height: frame.height };
        outputs.begin(size);
      }
      ({ time } = frame);
      const analysed = frame.seen !== undefined;
      carried = frame.seen?.faces ?? carried;
      counts.frames += 1;
      counts.faces += carried.length;
      if (analysed) counts.analysed += 1;
      const error = frame.seen?.error;
      if (error !== undefined) {
        lost.frames += 1;
        lost.codes.add(error);
      }
      const faces = tracks.add(time, carried, { analysed, isCut: frame.isCut });
      outputs.add({ frame: counts.frames, time, analysed, faces, ...(error !== undefined && { error }) });
      onProgress({ time, faces: counts.faces, failed: lost.frames }, reading.duration);
    }
    const end = await reading.ended;
    if (end.kind === 'cancelled') return undefined;
    const { duration } = reading;
    outputs.end(Math.max(duration ?? 0, time + sampling.every), tracks.end());
    const error = faultOf(end, lost);
    const status = error === undefined ? 'ok' : counts.frames === 0 ? 'failed' : 'partial';
    return { video, status, ...size, duration, ...counts, tracks: tracks.count, error, sampling };
  } finally {
    outputs.close();
  }
}

/** What is wrong with the results, if anything is: a video that ended too soon before frames that were lost. */
function faultOf(
  end: VideoEnd,
  lost: { readonly frames: number; readonly codes: ReadonlySet<string> },
): VideoFailure | undefined {
  if (end.kind === 'failed') return { code: end.code, message: end.message };
  if (lost.frames === 0) return undefined;
  const codes = [...lost.codes].sort().join(', ');
  return {
    code: 'FRAMES_FAILED',
    message: `${countOf(lost.frames, 'frame')} could not be analysed: ${codes}`,
  };
}
