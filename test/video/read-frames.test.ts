import { describe, expect, it } from 'vitest';
import type { LanePool, VideoFrame, WorkFolder } from '../../src/ports.js';
import type { LaneOutcome, LaneTask } from '../../src/types.js';
import { readFrames, type SeenFrame } from '../../src/video/read-frames.js';
import { face } from '../records.js';

/** A BMP file of one grey all over. */
function bmp(grey: number): Buffer {
  const file = Buffer.alloc(54 + 64 * 36 * 3, grey);
  file.writeUInt32LE(54, 10);
  file.writeInt32LE(64, 18);
  file.writeInt32LE(36, 22);
  return file;
}

interface Waiting {
  readonly task: LaneTask;
  readonly answer: (outcome: LaneOutcome) => void;
}

/** Lanes that answer when they are told to, and a work folder that remembers its files. */
class Bench {
  readonly waiting: Waiting[] = [];
  readonly files = new Set<string>();
  taken = 0;

  readonly lanes = {
    process: (task: LaneTask) =>
      new Promise<LaneOutcome>((answer) => {
        this.waiting.push({ task, answer });
      }),
  } as Pick<LanePool, 'process'> as LanePool;

  readonly work = {
    path: '/work',
    write: (name: string) => {
      this.files.add(name);
      return Promise.resolve();
    },
    remove: (name: string) => {
      this.files.delete(name);
    },
  } as Partial<WorkFolder> as WorkFolder;

  /** Frames of these greys, a second apart, counted as they are asked for. */
  async *frames(...greys: number[]): AsyncGenerator<VideoFrame> {
    for (const [time, grey] of greys.entries()) {
      this.taken += 1;
      yield { time, bmp: bmp(grey) };
      await Promise.resolve();
    }
  }

  read(frames: AsyncIterable<VideoFrame>, diff = 0.02): AsyncGenerator<SeenFrame> {
    return readFrames(frames, { video: 'a.mp4', diff, lanes: 1 }, this);
  }

  /** Answers the oldest waiting picture. */
  answer(outcome: LaneOutcome = found): void {
    this.waiting.shift()?.answer(outcome);
  }
}

const report = { width: 64, height: 36, scale: 1, faces: [face()] };
const found: LaneOutcome = { kind: 'report', retried: false, report };

async function soon(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 5));
}

async function all(frames: AsyncIterable<SeenFrame>): Promise<SeenFrame[]> {
  const seen: SeenFrame[] = [];
  for await (const frame of frames) seen.push(frame);
  return seen;
}

describe('the frames of a video', () => {
  it('are analysed where they differ from the last one that was, and not from the one before', async () => {
    const bench = new Bench();
    const reading = all(bench.read(bench.frames(100, 103, 106, 106, 200)));
    for (let n = 0; n < 3; n++) {
      await soon();
      bench.answer();
    }
    const seen = await reading;
    expect(seen.map(({ time }) => time)).toEqual([0, 1, 2, 3, 4]);
    expect(seen.map((frame) => frame.seen !== undefined)).toEqual([true, false, true, false, true]);
    expect(seen.map(({ isCut }) => isCut)).toEqual([true, false, false, false, true]);
    expect(bench.files.size).toBe(0);
  });

  it('are all analysed when any difference will do', async () => {
    const bench = new Bench();
    const reading = all(bench.read(bench.frames(1, 1, 1), 0));
    for (let n = 0; n < 3; n++) {
      await soon();
      bench.answer();
    }
    expect((await reading).every(({ seen }) => seen !== undefined)).toBe(true);
  });

  it('hold back their source while the lanes are busy', async () => {
    const bench = new Bench();
    const greys = Array.from({ length: 40 }, (_, index) => (index % 2) * 200);
    const reading = bench.read(bench.frames(...greys));
    const first = reading.next();
    await soon();
    expect(bench.taken).toBe(3);
    expect(bench.files.size).toBe(3);
    bench.answer();
    expect(await first).toMatchObject({ value: { time: 0 } });
    await soon();
    expect(bench.taken).toBe(3);
  });

  it('hold back their source behind a slow one that shows the same for long', async () => {
    const bench = new Bench();
    void bench.read(bench.frames(...Array.from({ length: 500 }, () => 9))).next();
    await soon();
    expect(bench.taken).toBeLessThan(100);
  });

  it('say what kept the nets from looking', async () => {
    const bench = new Bench();
    const reading = all(bench.read(bench.frames(1)));
    await soon();
    const failure = { stage: 'decode', code: 'TIMEOUT', message: 'slow' } as const;
    bench.answer({ kind: 'report', retried: false, report: { ...report, failure } });
    expect((await reading)[0]?.seen).toEqual({ faces: [], error: 'TIMEOUT' });
  });

  it('end where one was dropped', async () => {
    const bench = new Bench();
    const reading = all(bench.read(bench.frames(1, 200)));
    await soon();
    bench.answer();
    await soon();
    bench.answer({ kind: 'dropped' });
    expect(await reading).toHaveLength(1);
  });
});
