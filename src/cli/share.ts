import { shardOfTask } from '../core/scheduler.js';
import { withShareName } from '../core/share-names.js';
import type { FlagsOf } from './flags.js';
import type { RunContext } from './handlers.js';
import type { Environment, SharedFlags } from './options.js';

/** The flags with the share that is meant, which is told where a scheduler said it. @throws {FatalError} USAGE. */
export function takeShare(flags: FlagsOf<'tag'>, { log, sources: { env } }: RunContext): SharedFlags {
  const settled = settleShare(flags, env);
  const { shard } = settled;
  if (shard?.from !== undefined) {
    const message = `Share ${shard.index} of ${shard.count}: ${shard.from} is ${env[shard.from] ?? ''}`;
    log.emit({ event: 'note', message });
  }
  return settled;
}

/**
 * The share that is meant, and its name in the paths that have `{shard}`.
 *
 * @throws {FatalError} USAGE.
 */
export function settleShare(flags: FlagsOf<'tag'>, env: Environment): SharedFlags {
  const { shard: typed, output, summary } = flags;
  const shard = typed && 'auto' in typed ? shardOfTask(typed, env) : typed;
  if (shard === undefined) return { ...flags, shard };
  return {
    ...flags,
    shard,
    output: output && withShareName(output, shard),
    summary: summary && withShareName(summary, shard),
  };
}
