import type { ChildProcess } from 'node:child_process';
import type { VideoFailure } from '../../core/video-failures.js';
import { hasCode } from '../../core/thrown.js';
import { FatalError } from '../../errors.js';
import type { VideoInput } from '../../ports.js';
import { durationArguments } from './arguments.js';
import { spawnFfmpeg } from './spawn.js';

/** One line, a number or `N/A`. */
const ANSWER = /^(\d+(?:\.\d+)?)\n/;

/** Asks ffprobe how long a video is: its answer is a number, while ffmpeg's log has text of the file beside it. */
export class LengthProbe {
  /** Seconds in hundredths, as ffmpeg shows them; undefined until it is known. */
  seconds: number | undefined;
  /** Why there is no answer, where asking again may give one. Never rejects. */
  readonly ended: Promise<VideoFailure | undefined>;

  private constructor(private readonly child: ChildProcess) {
    let text = '';
    child.stdout?.setEncoding('latin1').on('data', (more: string) => {
      text += more;
      const [, seconds] = ANSWER.exec(text) ?? [];
      if (seconds !== undefined) this.seconds = Math.round(Number(seconds) * 100) / 100;
    });
    this.ended = new Promise((resolve) => {
      child.once('close', (_, signal) => {
        resolve(signal ? { code: 'CRASHED', message: `ffprobe was killed by ${signal}` } : undefined);
      });
    });
  }

  /** @returns undefined for a stream, which cannot be read twice, and where an ffmpeg came without ffprobe. */
  static async start(input: VideoInput): Promise<LengthProbe | undefined> {
    if (input.live) return undefined;
    try {
      const stdio = ['pipe', 'ignore'] as const;
      return new LengthProbe(await spawnFfmpeg(durationArguments(input), { program: 'ffprobe', stdio }));
    } catch (error) {
      if (error instanceof FatalError && hasCode(error.cause, 'ENOENT')) return undefined;
      throw error;
    }
  }

  cancel(): void {
    this.child.kill('SIGKILL');
  }
}
