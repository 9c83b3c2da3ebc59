import { writesFiles, type Config, type Flags } from '../config.js';
import { bool, type RawValue } from './flag-readers.js';
import { usageError } from '../errors.js';
import { FLAGS, FLAG_NAMES, longName } from './flags.js';

/** What commander hands over: strings and booleans, not yet checked. */
export type RawFlags = Readonly<Partial<Record<keyof Flags, RawValue>>>;

/** The environment form of a flag: `--min-face` is FACETAG_MIN_FACE, `--no-progress` is FACETAG_NO_PROGRESS. */
export function environmentName(name: keyof Flags): string {
  return 'FACETAG_' + longName(name).slice(2).replaceAll('-', '_').toUpperCase();
}

/**
 * Checks what was typed: flag before environment before default.
 *
 * @throws {FatalError} USAGE.
 */
export function resolveConfig(
  inputs: readonly string[],
  raw: RawFlags,
  env: Readonly<Record<string, string | undefined>>,
): Config {
  const flags = Object.fromEntries(FLAG_NAMES.map((name) => [name, resolveFlag(name, raw, env)]));
  const config = { ...(flags as unknown as Flags), inputs };
  refuseContradictions(config);
  return Object.freeze(config);
}

type Telling = Pick<Flags, 'color' | 'logFormat' | 'quiet' | 'verbose'>;

/** What decides how a refusal of the other flags is told. A bad value among these counts as not given. */
export function resolveTelling(raw: RawFlags, env: Readonly<Record<string, string | undefined>>): Telling {
  const lenient = <K extends keyof Telling>(name: K): Telling[K] => {
    try {
      return resolveFlag(name, raw, env) as Telling[K];
    } catch {
      return FLAGS[name].fallback;
    }
  };
  return {
    color: lenient('color'),
    logFormat: lenient('logFormat'),
    quiet: lenient('quiet'),
    verbose: lenient('verbose'),
  };
}

function resolveFlag(
  name: keyof Flags,
  raw: RawFlags,
  env: Readonly<Record<string, string | undefined>>,
): Flags[keyof Flags] {
  const { fallback, read } = FLAGS[name];
  const typed = raw[name];
  if (typed !== undefined) return read(typed, longName(name));
  const variable = environmentName(name);
  const value = env[variable];
  if (value === undefined || value === '') return fallback;
  return name === 'progress' ? !bool(value, variable) : read(value, variable);
}

function refuseContradictions(config: Config): void {
  if (config.annotate && !writesFiles(config)) {
    throw usageError('an output folder (-o <dir>) beside --jsonl', '--annotate', 'none');
  }
  if (config.quiet && config.verbose)
    throw usageError('one of --quiet and --verbose', 'the log level', 'both');
  if (config.null && config.filesFrom === undefined) throw usageError('--files-from', '--null', 'none');
  if (config.prune && !writesFiles(config))
    throw usageError('an output folder (-o <dir>)', '--prune', 'none');
}
