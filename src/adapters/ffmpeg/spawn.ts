import { spawn, type ChildProcess } from 'node:child_process';
import { childEnvironment } from '../../core/child-environment.js';
import { hasCode, messageOf } from '../../core/thrown.js';
import { FatalError } from '../../errors.js';

export interface SpawnOptions {
  /** `ffmpeg` where nothing is said. */
  readonly program?: 'ffmpeg' | 'ffprobe';
  readonly cwd?: string;
  /** `pipe` for each descriptor from 1 on that is read, `ignore` for others. */
  readonly stdio: readonly ('pipe' | 'ignore')[];
}

/**
 * Starts ffmpeg in a process group of its own: a terminal's Ctrl-C is for us to hear, and to end it in order.
 *
 * @throws {FatalError} FFMPEG_MISSING.
 */
export async function spawnFfmpeg(
  args: readonly string[],
  { program = 'ffmpeg', cwd, stdio }: SpawnOptions,
): Promise<ChildProcess> {
  const child = spawn(program, args, {
    ...(cwd !== undefined && { cwd }),
    // No colours among its messages, which are in English. FFREPORT, a report in a file, is not passed on either.
    env: { ...childEnvironment(process.env), LC_ALL: 'C', AV_LOG_FORCE_NOCOLOR: '1' },
    stdio: ['ignore', ...stdio],
    detached: true,
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (error) => {
      reject(missing(error));
    });
  });
  // From now on it is told by its end alone.
  child.on('error', () => undefined);
  return child;
}

function missing(error: unknown): FatalError {
  const why = hasCode(error, 'ENOENT') ? 'is not installed' : `cannot be started (${messageOf(error)})`;
  return new FatalError(
    'FFMPEG_MISSING',
    `ffmpeg, which reads videos, ${why}. Install it (apt-get install ffmpeg) and run the same command again`,
    { cause: error },
  );
}
