import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { VideoFailure } from '../../core/video-failures.js';
import type { SampleOptions, VideoEnd, VideoFrame, VideoInput, VideoSampling } from '../../ports.js';
import { bmpFiles } from './bmp-stream.js';
import { failureWithoutFrames, SampleLog, tellComplaints } from './log-lines.js';

/** Between two looks whether the reader still does something. */
const TICK_MS = 1000;

/** Header of a BMP file and what fills up its rows. */
const BMP_EXTRA = 54 + 3 * 65_536;

interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** One ffmpeg at work: frames from its stdout, their times from its stderr. */
export class FfmpegSampling implements VideoSampling {
  readonly frames: AsyncIterable<VideoFrame>;
  readonly ended: Promise<VideoEnd>;
  readonly #log: SampleLog;
  /** Of frames that have not come through yet. */
  readonly #times: number[] = [];
  #awaitsTime: (() => void) | undefined;
  #said = false;
  #taken = 0;
  #cancelled = false;
  #fault: VideoFailure | undefined;
  #idleMs = 0;
  /** Whether it is ours to wait; otherwise ffmpeg waits for us. */
  #waiting = false;

  /** @param child with stdout, stderr and descriptor 3 to read. */
  constructor(
    private readonly child: ChildProcess,
    { url }: VideoInput,
    private readonly options: SampleOptions,
  ) {
    this.#log = new SampleLog(url, (time) => {
      this.#times.push(time);
      this.#awaitsTime?.();
    });
    const { stdout, stderr } = child;
    if (stdout === null || stderr === null) throw new Error('ffmpeg was started without pipes');
    (child.stdio[3] as Readable).on('data', () => (this.#idleMs = 0));
    const lines = createInterface({ input: stderr, crlfDelay: Infinity });
    lines.on('line', (line) => {
      this.#idleMs = 0;
      this.#log.read(line);
    });
    lines.on('close', () => {
      this.#said = true;
      this.#awaitsTime?.();
    });
    const watch = setInterval(() => {
      this.#tick();
    }, TICK_MS);
    this.ended = exitOf(child).then((exit) => {
      clearInterval(watch);
      return this.#endOf(exit);
    });
    this.frames = this.#read(stdout);
  }

  get duration(): number | undefined {
    return this.#log.duration;
  }

  cancel(): void {
    this.#cancelled = true;
    this.child.kill('SIGKILL');
    this.child.stdout?.destroy();
  }

  async *#read(stdout: Readable): AsyncGenerator<VideoFrame> {
    this.#waiting = true;
    const maxBytes = Math.min(this.options.maxPixels * 4 + BMP_EXTRA, 2 ** 31 - 1);
    try {
      for await (const bmp of bmpFiles(stdout, maxBytes)) {
        const time = await this.#nextTime();
        if (time === undefined) throw new RangeError('ffmpeg gave a frame without a time');
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
    while (this.#times.length === 0 && !this.#said) {
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
  }

  #endOf({ code, signal }: Exit): VideoEnd {
    const failed = (failure: VideoFailure): VideoEnd => ({ kind: 'failed', ...failure });
    if (this.#cancelled) return { kind: 'cancelled' };
    const { complaints } = this.#log;
    if (this.#fault !== undefined) return failed(this.#fault);
    if (signal !== null) return failed({ code: 'CRASHED', message: `ffmpeg was killed by ${signal}` });
    if (this.#taken === 0) return failed(failureWithoutFrames(complaints));
    if (complaints.length > 0) return failed({ code: 'DAMAGED', message: tellComplaints(complaints) });
    return code === 0
      ? { kind: 'whole' }
      : failed({ code: 'CRASHED', message: `ffmpeg exited with code ${code ?? 'unknown'}` });
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
