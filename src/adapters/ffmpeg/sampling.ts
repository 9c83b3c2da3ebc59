import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { VideoFailure } from '../../core/video-failures.js';
import type { SampleOptions, VideoEnd, VideoFrame, VideoInput, VideoSampling } from '../../ports.js';
import { bmpFiles } from './bmp-stream.js';
import { Complaints, failureWithoutFrames, tellComplaints, timeOf } from './log-lines.js';
import type { LengthProbe } from './length-probe.js';

/** Between two looks whether the reader still does something. */
const TICK_MS = 1000;

/** Header of a BMP file and what fills up its rows. */
const BMP_EXTRA = 54 + 3 * 65_536;

interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** One ffmpeg at work: frames, their times and errors come through a pipe each. */
export class FfmpegSampling implements VideoSampling {
  readonly frames: AsyncIterable<VideoFrame>;
  readonly ended: Promise<VideoEnd>;
  readonly #complaints: Complaints;
  /** Of frames that have not come through yet. */
  readonly #times: number[] = [];
  #awaitsTime: (() => void) | undefined;
  #lastTime = 0;
  #hasAllTimes = false;
  #taken = 0;
  #cancelled = false;
  #fault: VideoFailure | undefined;
  #idleMs = 0;
  /** Whether it is ours to wait; otherwise ffmpeg waits for us. */
  #waiting = false;

  /**
   * @param child with stdout, stderr and the descriptors 3 and 4 to read.
   * @param probe of its length; undefined where nothing says it.
   */
  constructor(
    private readonly child: ChildProcess,
    private readonly probe: LengthProbe | undefined,
    { url }: VideoInput,
    private readonly options: SampleOptions,
  ) {
    this.#complaints = new Complaints(url);
    const { stdout, stderr } = child;
    if (stdout === null || stderr === null) throw new Error('ffmpeg was started without pipes');
    stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#idleMs = 0;
      this.#complaints.read(text);
    });
    (child.stdio[3] as Readable).on('data', () => (this.#idleMs = 0));
    this.#readTimes(child.stdio[4] as Readable);
    const watch = setInterval(() => {
      this.#tick();
    }, TICK_MS);
    this.ended = exitOf(child).then(async (exit) => {
      clearInterval(watch);
      this.#complaints.end();
      return this.#endOf(exit, await this.#probed());
    });
    this.frames = this.#read(stdout);
  }

  get duration(): number | undefined {
    return this.probe?.seconds;
  }

  cancel(): void {
    this.#cancelled = true;
    this.child.kill('SIGKILL');
    this.child.stdout?.destroy();
    this.probe?.cancel();
  }

  #readTimes(pipe: Readable): void {
    const lines = createInterface({ input: pipe, crlfDelay: Infinity });
    lines.on('line', (line) => {
      const time = timeOf(line, this.#lastTime);
      if (time === undefined) return;
      this.#lastTime = time;
      this.#times.push(time);
      this.#awaitsTime?.();
    });
    lines.on('close', () => {
      this.#hasAllTimes = true;
      this.#awaitsTime?.();
    });
  }

  /** Waits for the length, once the video was read. */
  async #probed(): Promise<VideoFailure | undefined> {
    const late = setTimeout(() => this.probe?.cancel(), this.options.stallMs);
    try {
      return await this.probe?.ended;
    } finally {
      clearTimeout(late);
    }
  }

  async *#read(stdout: Readable): AsyncGenerator<VideoFrame> {
    this.#waiting = true;
    const maxBytes = Math.min(this.options.maxPixels * 4 + BMP_EXTRA, 2 ** 31 - 1);
    try {
      for await (const bmp of bmpFiles(stdout, maxBytes)) {
        const time = await this.#nextTime();
        if (time === undefined) throw new RangeError('ffmpeg gave a frame without a time');
        // The length is known from the first frame on.
        if (this.#taken === 0) await this.probe?.ended;
        this.#waiting = false;
        this.#taken += 1;
        yield { time, bmp };
        this.#waiting = true;
        this.#idleMs = 0;
      }
    } catch (error) {
      // What ended it is told by `ended`.
      if (this.#cancelled) return;
      if (!(error instanceof RangeError)) throw error;
      this.#end({ code: 'CRASHED', message: error.message });
    } finally {
      this.#waiting = false;
      stdout.destroy();
    }
  }

  /** @returns undefined when there is none to come. */
  async #nextTime(): Promise<number | undefined> {
    while (this.#times.length === 0 && !this.#hasAllTimes) {
      await new Promise<void>((resolve) => {
        this.#awaitsTime = resolve;
      });
    }
    return this.#times.shift();
  }

  /** Counts ticks, not the clock, which goes on while this process is stopped. */
  #tick(): void {
    this.#idleMs = this.#waiting ? this.#idleMs + TICK_MS : 0;
    if (this.#idleMs < this.options.stallMs) return;
    const message = `The video gave nothing for ${this.options.stallMs / 1000} s (--timeout)`;
    this.#end({ code: 'STALLED', message });
  }

  #end(fault: VideoFailure): void {
    this.#fault ??= fault;
    this.child.kill('SIGKILL');
    this.probe?.cancel();
  }

  #endOf({ code, signal }: Exit, unprobed: VideoFailure | undefined): VideoEnd {
    const failed = (failure: VideoFailure): VideoEnd => ({ kind: 'failed', ...failure });
    if (this.#cancelled) return { kind: 'cancelled' };
    const { all: complaints } = this.#complaints;
    if (this.#fault !== undefined) return failed(this.#fault);
    if (signal !== null) return failed({ code: 'CRASHED', message: `ffmpeg was killed by ${signal}` });
    if (this.#taken === 0) return failed(failureWithoutFrames(complaints));
    if (complaints.length > 0) return failed({ code: 'DAMAGED', message: tellComplaints(complaints) });
    if (code !== 0)
      return failed({ code: 'CRASHED', message: `ffmpeg exited with code ${code ?? 'unknown'}` });
    return unprobed === undefined ? { kind: 'whole' } : failed(unprobed);
  }
}

/** Never rejects. Settles when everything that it sent was read. */
function exitOf(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve) => {
    child.once('close', (code, signal) => {
      resolve({ code, signal });
    });
  });
}
