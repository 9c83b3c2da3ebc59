import { resolveFlags, tagConfig, type RawFlags } from '../../src/cli/options.js';
import { settleShare } from '../../src/cli/share.js';
import type { Config } from '../../src/config.js';

/** What a command line of `facetag [tag]` comes to. */
export function resolveConfig(
  inputs: readonly string[],
  raw: RawFlags,
  env: Readonly<Record<string, string>>,
): Config {
  return tagConfig(inputs, settleShare(resolveFlags('tag', raw, env), env));
}
