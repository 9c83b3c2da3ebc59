import { createHash } from 'node:crypto';
import path from 'node:path';
import type { Config } from '../config.js';
import { begin, finish, type Request } from '../core/completion.js';
import { isStoreAddress } from '../core/store-address.js';
import type { Tally } from '../core/summary.js';
import type { OutputFolder } from '../ports.js';

/** More paths than this, from a shell's glob, are kept as their hash. */
const MOST_PATHS = 100;

/** Notes in the output folder that a run has begun there, and with the function it returns that all of it is done. */
export async function noteBegin(
  output: OutputFolder,
  request: Request,
): Promise<(tally: Tally) => Promise<void>> {
  const begun = begin(output.readCompletion(), request);
  await output.writeCompletion(begun);
  return async (tally) => output.writeCompletion(finish(begun, request, tally));
}

/** What a run was asked to take, in words that do not change when its folders are moved together. */
export function requestOf(config: Config, output: string, cwd: string): Request {
  const typed = config.inputs.map((input) =>
    isStoreAddress(input) ? input : path.relative(output, path.resolve(cwd, input)) || '.',
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
    ...(config.shard && { shard: config.shard }),
  };
}

const hashOf = (paths: readonly string[]): string =>
  createHash('sha256').update(paths.join('\0')).digest('hex');
