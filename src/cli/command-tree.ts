import { Command, Option } from 'commander';
import { usageError } from '../errors.js';
import { COMMANDS, COMMAND_GROUPS, COMMAND_NAMES, type CommandName, type CommandRow } from './commands.js';
import { FLAG_GROUPS } from './flag-row.js';
import { flagsOf, longName, type CommandFlag, type FlagName } from './flags.js';
import { helpBelow, type HelpTopics } from './help.js';
import type { RawFlags } from './options.js';

/** What the commands of a tree do. */
export interface TreePorts {
  readonly version: string;
  /** For the help, where it is asked for. */
  readonly topics: HelpTopics;
  /** A command line was read whole. */
  readonly act: (name: CommandName, command: Command) => Promise<void>;
  /** Commander refused something, or has shown help. Throws. */
  readonly exit: (command: Command, error: Error) => never;
  /** Takes help and the version. */
  readonly print: (text: string) => void;
}

/** `facetag [tag]` alone: every word is a path. */
export function tagProgram(ports: TreePorts): Command {
  const program = prepare(new Command('facetag'), 'tag', ports)
    .version(ports.version, '--version', 'print the version')
    .usage('[tag] <paths...> [flags]')
    .enablePositionalOptions();
  return program;
}

/** `facetag` with every command. */
export function wholeProgram(ports: TreePorts): Command {
  const program = tagProgram(ports).hook('preSubcommand', refuseFlagsBefore);
  for (const name of COMMAND_NAMES) {
    if (name === 'tag') continue;
    const [first = '', second] = name.split(' ');
    if (second === undefined) prepare(program.command(first), name, ports);
    else prepare(groupOf(program, first, ports).command(second), name, ports);
  }
  return program;
}

/** The words behind `facetag` that reach a command. */
export function wordsOf(command: Command): string {
  return command.parent ? `${wordsOf(command.parent)} ${command.name()}`.trim() : '';
}

/** What was typed alone: commander gives a `--no-` flag a default, which would hide its environment form. */
export function typedFlags(command: Command): RawFlags {
  const flags = Object.entries(command.opts<RawFlags>());
  return Object.fromEntries(flags.filter(([name]) => command.getOptionValueSource(name) === 'cli'));
}

function groupOf(program: Command, name: string, ports: TreePorts): Command {
  const there = program.commands.find((command) => command.name() === name);
  return there ?? speakThrough(program.command(name), ports).description(COMMAND_GROUPS[name] ?? '');
}

/** Gives a command what its rows say. */
function prepare(command: Command, name: CommandName, ports: TreePorts): Command {
  const row: CommandRow = COMMANDS[name];
  speakThrough(command, ports).description(row.description);
  for (const { usage, help } of row.arguments) command.argument(usage, help);
  const flags = flagsOf(name);
  for (const group of FLAG_GROUPS) {
    for (const flag of flags.filter(({ row: { group: own } }) => own === group)) {
      command.addOption(optionFor(flag).helpGroup(`${group}:`));
    }
  }
  return command
    .addHelpText('after', () => helpBelow(name, ports.topics))
    .action(() => ports.act(name, command));
}

/** Texts and refusals are ours to tell: in the form that was asked for, or on stdout. */
function speakThrough(command: Command, ports: TreePorts): Command {
  return command
    .configureOutput({ writeOut: ports.print, writeErr: ports.print, outputError: () => undefined })
    .exitOverride((error) => ports.exit(command, error));
}

function optionFor({ row, help }: CommandFlag): Option {
  const option = new Option(row.flags, help);
  return row.repeatable
    ? option.argParser((value: string, before: string[] | undefined) => [...(before ?? []), value])
    : option;
}

/** `facetag --models m models pull classic` would pull to another folder than the one that was named. */
function refuseFlagsBefore(program: Command, command: Command): void {
  const [first] = Object.keys(typedFlags(program)) as FlagName[];
  if (first === undefined) return;
  const name = command.name();
  throw usageError(
    `the flags of ${name} behind it, or facetag tag for a folder of that name,`,
    longName(first),
    `facetag ${longName(first)} ${name}`,
  );
}
