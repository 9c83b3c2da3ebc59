import { CommanderError, type Command } from 'commander';
import { exitCodeFor } from '../core/exit-code.js';
import { FatalError, usageError } from '../errors.js';
import { tagProgram, typedFlags, wholeProgram, wordsOf, type TreePorts } from './command-tree.js';
import type { CommandName } from './commands.js';
import { environmentName } from './flags.js';
import { loadTopics, NO_TOPICS } from './help.js';
import type { Environment, RawFlags } from './options.js';

/** `help` is answered here. */
export type RunnableCommand = Exclude<CommandName, 'help'>;

/** A command line as it was read, its flags not yet checked. */
export interface Call {
  readonly command: RunnableCommand;
  /** The words besides the flags: as many as the command takes. */
  readonly operands: readonly string[];
  readonly raw: RawFlags;
}

/** What reading a command line needs of its caller. */
export interface ProgramPorts {
  readonly version: string;
  readonly env: Environment;
  /** Told the flags before anything is run or refused: they say in which form. */
  readonly flagsRead: (raw: RawFlags) => void;
  /** @returns the exit code. */
  readonly run: (call: Call) => Promise<number>;
  /** Writes help or the version to stdout. */
  readonly print: (text: string) => Promise<void>;
}

/**
 * Reads a command line and runs what it asks for.
 *
 * @param argv what follows `facetag`. After a leading `tag` every word is a path, also one that is a command's name.
 * @returns the exit code.
 * @throws {FatalError} USAGE, with the help to look into; what `run` throws.
 */
export async function runProgram(argv: readonly string[], ports: ProgramPorts): Promise<number> {
  const tagOnly = argv[0] === 'tag';
  let exitCode = exitCodeFor({});
  let text = '';
  const tree: TreePorts = {
    version: ports.version,
    topics: asksForHelp(argv) ? await loadTopics() : NO_TOPICS,
    print: (part) => {
      text += part;
    },
    exit: (command, error) => {
      reached = command;
      throw error;
    },
    act: async (name, command) => {
      reached = command;
      ports.flagsRead(typedFlags(command));
      if (name === 'help') showHelp(program, command.args);
      else if (argv.length === 0 && !ports.env[environmentName('filesFrom')]) refuseNothing(program);
      else exitCode = await ports.run({ command: name, operands: command.args, raw: typedFlags(command) });
    },
  };
  const program = tagOnly ? tagProgram(tree) : wholeProgram(tree);
  let reached = program;
  try {
    await program.parseAsync(tagOnly ? argv.slice(1) : argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError && error.exitCode === 0)) {
      if (error instanceof CommanderError) ports.flagsRead(typedFlags(reached));
      throw await explained(error, reached, !tagOnly);
    }
  } finally {
    if (text !== '') await ports.print(text);
  }
  return exitCode;
}

/** What its tables say is loaded for nothing else. */
function asksForHelp(argv: readonly string[]): boolean {
  return argv.length === 0 || argv[0] === 'help' || argv.includes('--help') || argv.includes('-h');
}

/** A script whose list of folders came out empty must not be told that all went well. */
function refuseNothing(program: Command): never {
  program.outputHelp();
  throw usageError('a file, folder or glob', 'the pictures', 'nothing');
}

/** `facetag help models pull`. */
function showHelp(program: Command, words: readonly string[]): void {
  let shown = program;
  for (const word of words.slice(words[0] === 'tag' ? 1 : 0)) {
    const next = shown.commands.find((command) => command.name() === word);
    if (next === undefined) {
      const names = ['tag', ...program.commands.map((command) => command.name())];
      throw usageError(`a command (${names.join(', ')})`, 'facetag help', words.join(' '));
    }
    shown = next;
  }
  shown.outputHelp();
}

/** A refusal in our own form, with the help to look into and the command that may have been meant. */
async function explained(error: unknown, command: Command, mayBeCommand: boolean): Promise<unknown> {
  const refusal = error instanceof CommanderError ? refusalOf(error, command) : error;
  if (!(refusal instanceof FatalError) || refusal.code !== 'USAGE') return refusal;
  const words = wordsOf(command);
  const lines = [refusal.message];
  if (words === '' && mayBeCommand) {
    const { commandMeant } = await import('./suggest.js');
    const meant = commandMeant(command.args);
    if (meant !== undefined) lines.push(`Did you mean \`facetag ${meant}\`?`);
  }
  lines.push(`Run facetag ${words === '' ? '' : `${words} `}--help for what it takes`);
  return new FatalError('USAGE', lines.join('\n'), { cause: refusal });
}

function refusalOf(error: CommanderError, command: Command): FatalError {
  if (error.code === 'commander.help') {
    const names = command.commands.map((each) => each.name());
    return usageError(`one of ${names.join(', ')}`, `facetag ${wordsOf(command)}`, 'nothing');
  }
  return new FatalError('USAGE', error.message.replace(/^error: /, ''), { cause: error });
}
