import type { CommandName } from './commands.js';
import { bool, list, type Reader } from './flag-readers.js';

export const FLAG_GROUPS = [
  'Output',
  'Models',
  'Pictures',
  'Labels',
  'Repeating runs',
  'Screening',
  'Limits',
  'Server',
  'Messages',
] as const;
export type FlagGroup = (typeof FLAG_GROUPS)[number];

/**
 * All that is known of a flag: the command line, its environment form, the help and the tables of the documentation come
 * from it.
 */
export interface FlagRow<T, C extends CommandName = CommandName> {
  /** Which commands have it. */
  readonly commands: readonly C[];
  readonly group: FlagGroup;
  /** As commander wants it: `-o, --output <dir>`. */
  readonly flags: string;
  /** One text, or one per command. */
  readonly help: string | Readonly<Partial<Record<CommandName, string>>>;
  readonly fallback: T;
  readonly read: Reader<T>;
  readonly repeatable?: boolean;
  /** True: a config file that nobody named may set it. Unsaid: only one that was named. */
  readonly inFoundFile?: true;
}

/**
 * Last argument of the rows that a `facetag.config.json` in the working directory may set: they change how pictures are
 * read and shown, and nothing else. It may have come with a downloaded folder. Whatever names a path, a network, a model
 * or a secret, what writes or removes elsewhere, weakens a safeguard, decides an exit code or bounds a resource is left
 * without it.
 */
export const FOUND: Trust = { inFoundFile: true };
type Trust = Pick<FlagRow<unknown>, 'inFoundFile'>;

/** One text for every command, or one for each. */
type Help<C extends CommandName> = string | Readonly<Record<C, string>>;

/** A flag with a value that has a default. */
export function value<T, C extends CommandName>(
  commands: readonly C[],
  group: FlagGroup,
  flags: string,
  help: Help<C>,
  fallback: T,
  read: Reader<T>,
  trust: Trust = {},
): FlagRow<T, C> {
  return { commands, group, flags, help, fallback, read, ...trust };
}

/** A flag with a value that may be left unsaid. */
export function optional<T, C extends CommandName>(
  commands: readonly C[],
  group: FlagGroup,
  flags: string,
  help: Help<C>,
  read: Reader<T>,
  trust: Trust = {},
): FlagRow<T | undefined, C> {
  return { commands, group, flags, help, fallback: undefined, read, ...trust };
}

/** A flag without a value: off unless given; one that begins with `--no-` is on unless given. */
export function toggle<C extends CommandName>(
  commands: readonly C[],
  group: FlagGroup,
  flags: string,
  help: Help<C>,
  trust: Trust = {},
): FlagRow<boolean, C> {
  return { commands, group, flags, help, fallback: isNegated(flags), read: bool, ...trust };
}

/** A flag that may be given several times. */
export function repeatable<C extends CommandName>(
  commands: readonly C[],
  group: FlagGroup,
  flags: string,
  help: Help<C>,
  trust: Trust = {},
): FlagRow<readonly string[], C> {
  return { commands, group, flags, help, fallback: [], read: list, repeatable: true, ...trust };
}

export function isNegated(flags: string): boolean {
  return flags.includes('--no-');
}
