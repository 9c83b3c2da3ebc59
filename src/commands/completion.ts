import { createHash } from 'node:crypto';
import path from 'node:path';
import type { Config } from '../config.js';
import { begin, finish, stop, type Request, type Stopped } from '../core/completion.js';
import { isStoreAddress } from '../core/store-address.js';
import type { Tally } from '../core/summary.js';
import { FatalError } from '../errors.js';
import type { OutputFolder } from '../ports.js';
import type { RunKey } from '../types.js';

/** More paths than this, from a shell's glob, are kept as their hash. */
const MOST_PATHS = 100;

/** What is noted of a run that has begun. */
export interface BegunNote {
  /** All of it is done. */
  finish(tally: Tally): Promise<void>;
  /** It was asked to end before that. */
  stop(stopped: Stopped): Promise<void>;
  /** It cannot go on because of what was thrown. Never rejects: the disk itself may be the reason. */
  fail(error: unknown, reached: Omit<Stopped, 'by'>): Promise<void>;
}

/** Notes in the output folder that a run has begun there. */
export async function noteBegin(output: OutputFolder, request: Request, run: RunKey): Promise<BegunNote> {
  const begun = begin(output.readCompletion(), request, run);
  await output.writeCompletion(begun);
  const noteStop = async (stopped: Stopped): Promise<void> => output.writeCompletion(stop(begun, stopped));
  return {
    finish: async (tally) => output.writeCompletion(finish(begun, request, run, tally)),
    stop: noteStop,
    fail: async (error, reached) => {
      const by = error instanceof FatalError ? error.code : 'INTERNAL';
      await noteStop({ by, ...reached }).catch(() => undefined);
    },
  };
}

/** What a run was asked to take, in words that do not change when its folders are moved together. */
export function requestOf(config: Config, output: string, cwd: string): Request {
  const typed = config.inputs.map((input) =>
    // `s3://photos/2024/` is `s3://photos/2024`.
    isStoreAddress(input) ? input.replace(/\/$/, '') : path.relative(output, path.resolve(cwd, input)) || '.',
  );
  const listed = config.filesFrom === undefined ? [] : [`--files-from ${config.filesFrom}`];
  const paths = [...new Set([...typed, ...listed])].sort();
  return {
    paths: paths.length > MOST_PATHS ? [`${paths.length} paths, sha256:${hashOf(paths)}`] : paths,
    filters: [
      ...(config.hidden ? ['--hidden'] : []),
      ...(config.follow ? ['--follow'] : []),
      ...[...config.ignore].sort().map((glob) => `--ignore ${glob}`),
      ...(config.newerThan === undefined ? [] : [`--newer-than ${config.newerThan}`]),
    ],
    ...(config.shard && { shard: { index: config.shard.index, count: config.shard.count } }),
  };
}

const hashOf = (paths: readonly string[]): string =>
  createHash('sha256').update(paths.join('\0')).digest('hex');
