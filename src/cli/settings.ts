import type { SettingFacts } from '../core/doctor/facts.js';
import { FatalError } from '../errors.js';
import { FLAG_NAMES, type FlagName } from './flags.js';
import { givenFlag, resolveFlag, type FlagSources } from './options.js';

/** Every flag that something says, of whatever command, and where it is said. */
export function settingsOf({ raw, env, file }: FlagSources): SettingFacts[] {
  return FLAG_NAMES.flatMap((name): SettingFacts[] => {
    const given = givenFlag(name, raw, env, file);
    if (given === undefined) return [];
    const problem = problemOf(name, { raw, env, file });
    // What a report of this machine shows may be passed on.
    const value = name === 'token' ? 'hidden' : given.value;
    return [{ name, value, from: given.from, ...(problem !== undefined && { problem }) }];
  });
}

function problemOf(name: FlagName, { raw, env, file }: FlagSources): string | undefined {
  try {
    resolveFlag(name, raw, env, file);
    return undefined;
  } catch (error) {
    if (error instanceof FatalError) return error.message;
    throw error;
  }
}
