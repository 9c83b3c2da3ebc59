import type { ChildProcess } from 'node:child_process';
import type { FfmpegFacts } from '../core/doctor/facts.js';
import { FatalError } from '../errors.js';
import type { ClipOptions, VideoTool } from '../ports.js';
import { clipArguments, sampleArguments } from './ffmpeg/arguments.js';
import { LengthProbe } from './ffmpeg/length-probe.js';
import { FfmpegSampling } from './ffmpeg/sampling.js';
import { spawnFfmpeg } from './ffmpeg/spawn.js';

/** Characters of a failed encoder's last words. */
const TOLD_CHARACTERS = 300;

/** Videos through the ffmpeg that is on the path. */
export const ffmpeg: VideoTool = {
  async sample(input, options) {
    const stdio = ['pipe', 'pipe', 'pipe', 'pipe'] as const;
    const probe = await LengthProbe.start(input);
    const child = await spawnFfmpeg(sampleArguments(input, options), { stdio });
    return new FfmpegSampling(child, probe, input, options);
  },

  encode(options) {
    let child: ChildProcess | undefined;
    let cancelled = false;
    const done = async (): Promise<string | undefined> => {
      const encoder = await encoderOf();
      if (encoder === undefined) return 'ffmpeg did not say which encoders it has';
      child = await spawnFfmpeg(clipArguments(options, encoder), {
        cwd: options.folder,
        stdio: ['ignore', 'pipe'],
      });
      if (cancelled) child.kill('SIGKILL');
      const { code, text } = await saidBy(child);
      return code === 0 ? undefined : lastWords(text, options);
    };
    return {
      done: done(),
      cancel() {
        cancelled = true;
        child?.kill('SIGKILL');
      },
    };
  },
};

/** Which ffmpeg there is. */
export async function probeFfmpeg(): Promise<FfmpegFacts> {
  try {
    const child = await spawnFfmpeg(['-hide_banner', '-version'], { stdio: ['pipe', 'ignore'] });
    const { text } = await saidBy(child);
    const [, version] = /^ffmpeg version (\S+)/.exec(text) ?? [];
    return version === undefined
      ? { installed: false, reason: 'there is an ffmpeg that does not say its version' }
      : { installed: true, version };
  } catch (error) {
    if (!(error instanceof FatalError)) throw error;
    return { installed: false, reason: 'not installed' };
  }
}

/** H.264 plays everywhere; builds without x264 have MPEG-4 at least. @returns undefined where ffmpeg gives no list. */
async function encoderOf(): Promise<'libx264' | 'mpeg4' | undefined> {
  const child = await spawnFfmpeg(['-nostdin', '-hide_banner', '-encoders'], { stdio: ['pipe', 'ignore'] });
  const { code, text } = await saidBy(child);
  if (code !== 0) return undefined;
  return text.includes(' libx264 ') ? 'libx264' : 'mpeg4';
}

/** What a child says on the one pipe that it has, its end alone where that is much. */
async function saidBy(child: ChildProcess): Promise<{ readonly code: number | null; readonly text: string }> {
  let text = '';
  (child.stdout ?? child.stderr)?.setEncoding('utf8').on('data', (more: string) => {
    text = (text + more).slice(-(1 << 17));
  });
  return await new Promise((resolve) => {
    child.once('close', (code) => {
      resolve({ code, text });
    });
  });
}

function lastWords(text: string, { input }: ClipOptions): string {
  const errors = text
    .replaceAll(input.url, 'the video')
    .split('\n')
    .filter((line) => /\[(error|fatal|panic)\]/.test(line))
    .map((line) => line.replace(/ @ 0x[\da-f]+/, ''));
  const [last = 'ffmpeg ended early'] = errors.slice(-1);
  return last.slice(0, TOLD_CHARACTERS);
}
