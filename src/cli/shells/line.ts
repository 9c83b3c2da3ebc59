import { COMMAND_GROUPS, COMMAND_NAMES, COMMANDS, type CommandName, type CommandRow } from '../commands.js';
import { flagsOf, type CommandFlag } from '../flags.js';
import { placeholderOf, placeOf } from '../placeholder.js';

/** Words that the tables do not hold. */
export interface Vocabulary {
  readonly packs: readonly string[];
  /** Of all packs. */
  readonly detectors: readonly string[];
  readonly shells: readonly string[];
}

/** What a shell may propose for a value. */
export type Proposal =
  | { readonly kind: 'nothing' | 'file' | 'folder' }
  | {
      readonly kind: 'words';
      readonly words: readonly string[];
      /** Stands between several of them in one value. */
      readonly separator?: string;
    };

export interface LineFlag {
  /** `-o`. */
  readonly short?: string;
  /** `--output`. */
  readonly long: string;
  readonly help: string;
  /** Absent for a switch. */
  readonly value?: Proposal;
  readonly repeatable: boolean;
}

export interface LineOperand {
  /** As in the help, without brackets: `folders`. */
  readonly name: string;
  readonly proposal: Proposal;
  /** Takes all further operands too. */
  readonly several: boolean;
}

export interface LineCommand {
  readonly name: CommandName;
  readonly description: string;
  readonly flags: readonly LineFlag[];
  readonly operands: readonly LineOperand[];
}

/** What may stand on a command line. */
export interface CommandLine {
  readonly commands: readonly LineCommand[];
  /** First words of commands of two words, with what they are about. */
  readonly groups: Readonly<Record<string, string>>;
}

const HELP: LineFlag = { short: '-h', long: '--help', help: 'show the help', repeatable: false };
const VERSION: LineFlag = { long: '--version', help: 'print the version', repeatable: false };

/** The command line, out of the tables that it is read with. */
export function describeLine(vocabulary: Vocabulary): CommandLine {
  const commands = COMMAND_NAMES.map((name): LineCommand => {
    const row: CommandRow = COMMANDS[name];
    return {
      name,
      description: row.description,
      flags: [
        ...flagsOf(name).map((flag) => lineFlag(flag, vocabulary)),
        HELP,
        ...(name === 'tag' ? [VERSION] : []),
      ],
      operands: row.arguments.map(({ usage }) => ({
        name: placeholderOf(usage) ?? usage,
        proposal: operandProposal(usage, vocabulary),
        several: usage.includes('...'),
      })),
    };
  });
  return { commands, groups: COMMAND_GROUPS };
}

function lineFlag({ name, row, help }: CommandFlag, vocabulary: Vocabulary): LineFlag {
  const [, short] = /^(-\w), /.exec(row.flags) ?? [];
  const [long = ''] = /--[a-z-]+/.exec(row.flags) ?? [];
  const isSwitch = placeholderOf(row.flags) === undefined;
  return {
    ...(short !== undefined && { short }),
    long,
    help,
    ...(!isSwitch && { value: flagProposal(name, row, vocabulary) }),
    repeatable: row.repeatable === true,
  };
}

function flagProposal(
  name: CommandFlag['name'],
  { flags, read }: CommandFlag['row'],
  { packs, detectors }: Vocabulary,
): Proposal {
  if (name === 'pack') return { kind: 'words', words: packs };
  if (name === 'detector') return { kind: 'words', words: detectors };
  const { words, separator } = read;
  if (words === undefined) return { kind: placeOf(flags) ?? 'nothing' };
  return { kind: 'words', words, ...(separator !== undefined && { separator }) };
}

function operandProposal(usage: string, { packs, shells }: Vocabulary): Proposal {
  switch (placeholderOf(usage)) {
    case 'pack':
    case 'packs':
      return { kind: 'words', words: packs };
    case 'shell':
      return { kind: 'words', words: shells };
    case 'command':
      return { kind: 'words', words: [...new Set(COMMAND_NAMES.flatMap((name) => name.split(' ')))] };
    default:
      return { kind: placeOf(usage) ?? 'nothing' };
  }
}

/** The words that may follow `facetag`, with what they are about. */
export function firstWords({ commands, groups }: CommandLine): (readonly [string, string])[] {
  const single = commands.filter(({ name }) => !name.includes(' '));
  return [
    ...single.map(({ name, description }) => [name, description] as const),
    ...Object.entries(groups),
  ].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** The commands of a group by their second word. */
export function membersOf({ commands }: CommandLine, group: string): (readonly [string, LineCommand])[] {
  return commands.flatMap((command) => {
    const [first, second] = command.name.split(' ');
    return first === group && second !== undefined ? [[second, command] as const] : [];
  });
}

/** Every flag that takes a value, once, whatever commands have it. */
export function valueFlags({ commands }: CommandLine): (LineFlag & { readonly value: Proposal })[] {
  const flags = new Map<string, LineFlag & { readonly value: Proposal }>();
  for (const flag of commands.flatMap((command) => command.flags)) {
    const { value } = flag;
    if (value !== undefined) flags.set(flag.long, { ...flag, value });
  }
  return [...flags.values()];
}

/** `-o` and `--output`. */
export function formsOf({ short, long }: LineFlag): string[] {
  return short === undefined ? [long] : [short, long];
}

/** A word as bash and zsh take it literally. */
export function quoted(word: string): string {
  return /^[\w./:@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
