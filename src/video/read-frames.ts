import path from 'node:path';
import type { FaceRecord } from '../core/report.js';
import { toFaceRecord } from '../core/report.js';
import type { LanePool, VideoFrame, WorkFolder } from '../ports.js';
import type { LaneOutcome } from '../types.js';
import { greyCopy, meanDifference, sizeOf, type GreyCopy } from './grey-copy.js';

/** Frames that wait for the nets, for each lane: one at work and one ready. They are files, so this bounds the disk. */
const FRAMES_PER_LANE = 2;

/** Frames without work of their own that may wait behind those. */
const WINDOW = 64;

/** A difference from which on a frame is of another scene. */
const CUT = 0.15;

export interface FramesOptions {
  /** Names the video in messages of lanes. */
  readonly video: string;
  /** 0..1. */
  readonly diff: number;
  readonly lanes: number;
}

export interface FramePorts {
  readonly lanes: LanePool;
  readonly work: WorkFolder;
}

/** What the nets say of a frame. */
export interface SeenFrame {
  readonly time: number;
  readonly width: number;
  readonly height: number;
  /** Absent where the faces are those of the frame before. */
  readonly seen?: { readonly faces: readonly FaceRecord[]; readonly error?: string };
  /** Whether it begins another scene. */
  readonly isCut: boolean;
}

/**
 * Sends frames that show something new through the lanes, several at once, and gives all of them in their order. Frames
 * are taken only as results are: a slow lane holds back ffmpeg, and with it memory and disk.
 *
 * @returns ends early when a picture was dropped because the run is being stopped.
 * @throws {FatalError} as `LanePool.process`, and when the work folder cannot take a frame.
 */
export async function* readFrames(
  frames: AsyncIterable<VideoFrame>,
  options: FramesOptions,
  ports: FramePorts,
): AsyncGenerator<SeenFrame> {
  const pending: Pending[] = [];
  const awaited = (): number => pending.filter(({ work }) => work !== undefined).length;
  let last: GreyCopy | undefined;
  let number = 0;
  for await (const { time, bmp } of frames) {
    number += 1;
    const copy = greyCopy(bmp);
    const difference = last === undefined ? 1 : meanDifference(last, copy);
    const differs = difference >= options.diff;
    if (differs) last = copy;
    pending.push({
      frame: { time, ...sizeOf(bmp), isCut: differs && difference >= CUT },
      work: differs ? await analyse(number, bmp, options, ports) : undefined,
    });
    while (awaited() > options.lanes * FRAMES_PER_LANE || pending.length > WINDOW || isSettled(pending[0])) {
      const seen = await settle(pending);
      if (seen === undefined) return;
      yield seen;
    }
  }
  while (pending.length > 0) {
    const seen = await settle(pending);
    if (seen === undefined) return;
    yield seen;
  }
}

interface Pending {
  readonly frame: Omit<SeenFrame, 'seen'>;
  /** Absent for a frame that is carried over. */
  readonly work: Work | undefined;
}

interface Work {
  readonly outcome: Promise<LaneOutcome>;
  isDone: boolean;
}

const isSettled = (first: Pending | undefined): boolean =>
  first !== undefined && (first.work === undefined || first.work.isDone);

/** Takes the first frame. @returns undefined when it was dropped. */
async function settle(pending: Pending[]): Promise<SeenFrame | undefined> {
  const first = pending.shift();
  if (first?.work === undefined) return first?.frame;
  const outcome = await first.work.outcome;
  if (outcome.kind === 'dropped') return undefined;
  const { faces, failure } = outcome.report;
  const seen = failure ? { faces: [], error: failure.code } : { faces: faces.map(toFaceRecord) };
  return { ...first.frame, seen };
}

/** Writes a frame where a lane can read it; the file goes when the lane has. */
async function analyse(
  number: number,
  bmp: Buffer,
  { video }: FramesOptions,
  { lanes, work }: FramePorts,
): Promise<{ outcome: Promise<LaneOutcome>; isDone: boolean }> {
  const name = `frame-${number}`;
  await work.write(name, bmp);
  const source = {
    root: work.path,
    path: path.join(work.path, name),
    relativePath: `${video} frame ${number}`,
  };
  const started: Work = {
    outcome: lanes.process({ source }).finally(() => {
      started.isDone = true;
      work.remove(name);
    }),
    isDone: false,
  };
  // Whoever waits for it hears of it too; until then it must not end the process.
  started.outcome.catch(() => undefined);
  return started;
}
