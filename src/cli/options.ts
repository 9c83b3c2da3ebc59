import { writesFiles, type Config, type Flags, type LogFlags } from '../config.js';
import type { CommandName } from './commands.js';
import { bool, type RawValue } from './flag-readers.js';
import { isNegated } from './flag-row.js';
import { SHARE_NAME } from '../core/share-names.js';
import { usageError } from '../errors.js';
import { environmentName, FLAGS, flagsOf, longName, type FlagName, type FlagsOf } from './flags.js';

/** What commander hands over: strings and booleans, not yet checked. */
export type RawFlags = Readonly<Partial<Record<FlagName, RawValue>>>;

/** A config file as it was read: its values as commander would hand them over. */
export interface ConfigFile {
  /** Absolute. */
  readonly path: string;
  readonly values: RawFlags;
}

/** Everything that may set a flag, the strongest first. */
export interface FlagSources {
  readonly raw: RawFlags;
  readonly env: Environment;
  readonly file: ConfigFile | undefined;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Checks the flags of a command: as typed, before the environment, before the config file, before the default.
 *
 * @throws {FatalError} USAGE.
 */
export function resolveFlags<C extends CommandName>(
  command: C,
  raw: RawFlags,
  env: Environment,
  file?: ConfigFile,
): FlagsOf<C> {
  const resolved = flagsOf(command).map(({ name }) => [name, resolveFlag(name, raw, env, file)]);
  const flags = Object.fromEntries(resolved) as FlagsOf<C> & LogFlags;
  if (flags.quiet && flags.verbose) throw usageError('one of --quiet and --verbose', 'the log level', 'both');
  return flags;
}

/** The flags of `facetag [tag]` once it is known which share is meant. */
export type SharedFlags = Omit<FlagsOf<'tag'>, 'shard'> & Pick<Config, 'shard'>;

/** @throws {FatalError} USAGE for flags that contradict each other. */
export function tagConfig(inputs: readonly string[], flags: SharedFlags): Config {
  const config: Config = { ...flags, inputs };
  requireMeant(config);
  requireShareNames(config);
  if (config.null && config.filesFrom === undefined) throw usageError('--files-from', '--null', 'none');
  if ((config.prune || config.pruneAll) && !writesFiles(config)) {
    throw usageError('an output folder (-o <dir>)', config.prune ? '--prune' : '--prune-all', 'none');
  }
  requireWatchable(config);
  return Object.freeze(config);
}

/** @throws {FatalError} USAGE for a path with the name of a share where there is none. */
function requireShareNames({ shard, output, summary }: Config): void {
  if (shard !== undefined) return;
  for (const [flag, path] of Object.entries({ '--output': output, '--summary': summary })) {
    if (path?.includes(SHARE_NAME)) throw usageError(`--shard beside ${SHARE_NAME}`, flag, path);
  }
}

/** @throws {FatalError} USAGE for what has a beginning and an end, and so nothing to watch. */
function requireWatchable(config: Config): void {
  const { watch, settle, rescan, filesFrom, shard, dryRun, report } = config;
  if (!watch) {
    if (settle !== undefined) throw usageError('--watch', '--settle', 'none');
    if (rescan !== undefined) throw usageError('--watch', '--rescan', 'none');
    return;
  }
  const others = {
    '--files-from': filesFrom !== undefined,
    '--shard': shard !== undefined,
    '--dry-run': dryRun,
    '--report': report,
  };
  for (const [flag, given] of Object.entries(others)) {
    if (given) throw usageError(`no ${flag}`, '--watch', flag);
  }
}

/** @throws {FatalError} USAGE for what has no folder to go to, and for words about copies that are not asked for. */
function requireMeant(config: Config): void {
  const { annotate, blur, pixelate, blurWhere, crops, cropPadding, cropSize, report, records } = config;
  const asked = {
    '--annotate': annotate,
    '--blur': blur,
    '--pixelate': pixelate,
    '--crops': crops,
    '--report': report,
    '--records': records !== undefined,
  };
  for (const [flag, given] of Object.entries(asked)) {
    if (given && !writesFiles(config))
      throw usageError('an output folder (-o <dir>) beside --jsonl', flag, 'none');
  }
  if (blur && pixelate) throw usageError('one of --blur and --pixelate', 'the blurred copies', 'both');
  if (blurWhere !== undefined && !blur && !pixelate)
    throw usageError('--blur or --pixelate', '--blur-where', 'none');
  if (cropPadding !== undefined && !crops) throw usageError('--crops', '--crop-padding', 'none');
  if (cropSize !== undefined && !crops) throw usageError('--crops', '--crop-size', 'none');
}

/** What decides how a refusal of the other flags is told. A bad value among these counts as not given. */
export function resolveLogFlags(raw: RawFlags, env: Environment, file?: ConfigFile): LogFlags {
  const lenient = <K extends keyof LogFlags>(name: K): LogFlags[K] => {
    try {
      return resolveFlag(name, raw, env, file);
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

/** @throws {FatalError} USAGE. */
export function resolveFlag<K extends FlagName>(
  name: K,
  raw: RawFlags,
  env: Environment,
  file?: ConfigFile,
): Flags[K] {
  const { fallback, read } = FLAGS[name];
  const given = givenFlag(name, raw, env, file);
  if (given === undefined) return fallback;
  const { value, from } = given;
  // A variable has the flag's name: FACETAG_NO_PROGRESS=1 means what --no-progress does.
  const isNegative = from === environmentName(name) && isNegated(FLAGS[name].flags);
  return read(isNegative ? !bool(value, from) : value, from === file?.path ? `${name} in ${from}` : from);
}

/** What sets a flag: a value and the flag, the variable or the path of the file that has it. */
export function givenFlag(
  name: FlagName,
  raw: RawFlags,
  env: Environment,
  file: ConfigFile | undefined,
): { readonly value: RawValue; readonly from: string } | undefined {
  const typed = raw[name];
  if (typed !== undefined) return { value: typed, from: longName(name) };
  const variable = environmentName(name);
  const set = env[variable];
  if (set !== undefined && set !== '') return { value: set, from: variable };
  const written = file?.values[name];
  return file === undefined || written === undefined ? undefined : { value: written, from: file.path };
}
