import { Command, Option } from 'commander';
import type { Flags } from '../config.js';
import { usageError } from '../errors.js';
import { FLAGS, FLAG_GROUPS, FLAG_NAMES, longName } from './flags.js';
import { environmentName, type RawFlags } from './options.js';

/** One function per command; each resolves to the exit code. */
export interface Handlers {
  tag(inputs: readonly string[], raw: RawFlags): Promise<number>;
  doctor(options: DoctorFlags): Promise<number>;
  merge(folders: readonly string[], options: MergeFlags): Promise<number>;
  setup(): Promise<number>;
  models: ModelsHandlers;
}

export interface DoctorFlags {
  readonly json?: true;
  readonly output?: string;
  readonly models?: string;
}

export interface MergeFlags {
  readonly output: string;
  readonly format?: string;
}

export interface StoreFlags {
  readonly models?: string;
  readonly manifest?: string;
}

export interface ModelsHandlers {
  list(options: StoreFlags & { readonly json?: true }): Promise<number>;
  pull(
    packs: readonly string[],
    options: StoreFlags & { readonly mirror?: string; readonly detector?: string },
  ): Promise<number>;
  verify(pack: string | undefined, options: StoreFlags): Promise<number>;
  import(pack: string, folder: string, options: StoreFlags): Promise<number>;
  path(options: StoreFlags): Promise<number>;
  convert(pack: string, options: StoreFlags & { readonly detector?: string }): Promise<number>;
}

const EXAMPLES = `
Examples:
  facetag photos                              tag a folder into facetag-out
  facetag photos -o out --annotate            also write copies with boxes drawn
  facetag photos --jsonl | jq -c .faces       stream records, write nothing
  find . -name '*.jpg' -print0 | facetag --files-from - -0 -o out
  facetag inbox -o out --allow-empty --fail-if 'any(maxAge <= 12)'

Every flag has an environment form: ${environmentName('minFace')}=40. A flag wins over it.
Exit codes: 0 done, 1 some pictures failed, 2 could not run, 3 --fail-if matched, 130/143 stopped by a signal.`;

/**
 * Reads a command line and calls the handler that it asks for, with raw values.
 *
 * @param argv what follows `facetag`. After a leading `tag` every word is a path, also one that is a command's name.
 * @returns the handler's exit code.
 * @throws {CommanderError} for help, the version and what commander refuses; what the handler throws.
 */
export async function runProgram(
  argv: readonly string[],
  handlers: Handlers,
  version: string,
): Promise<number> {
  let code = 0;
  const finish = (value: number): void => {
    code = value;
  };
  const program = tagProgram(handlers, version, finish);
  if (argv[0] === 'tag') await program.parseAsync(argv.slice(1), { from: 'user' });
  else await addCommands(program, handlers, finish).parseAsync(argv, { from: 'user' });
  return code;
}

function tagProgram(handlers: Handlers, version: string, finish: (code: number) => void): Command {
  const program = new Command('facetag')
    .description(
      'Finds faces in folders of pictures and writes their boxes, gender and age group as JSON and CSV.',
    )
    .version(version, '--version', 'print the version')
    .usage('[tag] <paths...> [flags]')
    .argument('[paths...]', 'files, folders or globs')
    .enablePositionalOptions()
    .showHelpAfterError('(run facetag --help for the flags)')
    .addHelpText('after', EXAMPLES)
    .exitOverride()
    .action(async (inputs: string[], _: unknown, command: Command) => {
      finish(await handlers.tag(inputs, typedFlags(command)));
    });
  addTagFlags(program);
  return program;
}

function addCommands(program: Command, handlers: Handlers, finish: (code: number) => void): Command {
  program.hook('preSubcommand', refuseFlagsBefore);
  addModels(program, handlers.models, finish);
  program
    .command('merge')
    .description('join the output folders of --shard runs into one')
    .argument('<folders...>', 'output folders')
    .requiredOption('-o, --output <dir>', 'the folder to write')
    .option('-f, --format <list>', 'beside the JSON: csv, jsonl, none (default: csv)')
    .action(async (folders: string[], options: MergeFlags) => {
      finish(await handlers.merge(folders, options));
    });
  program
    .command('doctor')
    .description('check this machine and say what to do about each fault')
    .option('--json', 'print the checks as JSON')
    .option('-o, --output <dir>', 'the output folder to check')
    .option('--models <dir>', 'where pulled packs live')
    .action(async (options: DoctorFlags) => {
      finish(await handlers.doctor(options));
    });
  program
    .command('setup')
    .description('build the native binding and the embedded models (after npm i -g --ignore-scripts)')
    .action(async () => {
      finish(await handlers.setup());
    });
  return program;
}

/** `facetag --models m models pull classic` would pull to another folder than the one that was named. */
function refuseFlagsBefore(program: Command, command: Command): void {
  const [first] = Object.keys(typedFlags(program)) as (keyof Flags)[];
  if (first === undefined) return;
  const name = command.name();
  throw usageError(
    `the flags of ${name} behind it, or facetag tag for a folder of that name,`,
    longName(first),
    `facetag ${longName(first)} ${name}`,
  );
}

/** What was typed alone: commander gives a `--no-` flag a default, which would hide its environment form. */
function typedFlags(command: Command): RawFlags {
  const flags = Object.entries(command.opts<RawFlags>());
  return Object.fromEntries(flags.filter(([name]) => command.getOptionValueSource(name) === 'cli'));
}

function addTagFlags(program: Command): void {
  for (const group of FLAG_GROUPS) {
    for (const name of FLAG_NAMES.filter((flag) => FLAGS[flag].group === group)) {
      program.addOption(tagOption(name).helpGroup(`${group}:`));
    }
  }
}

function tagOption(name: keyof Flags): Option {
  const { flags, help, repeatable } = FLAGS[name];
  const option = new Option(flags, help);
  return repeatable
    ? option.argParser((value: string, before: string[] | undefined) => [...(before ?? []), value])
    : option;
}

function addModels(program: Command, handlers: ModelsHandlers, finish: (code: number) => void): void {
  const models = program.command('models').description('list, pull, check and convert model packs');
  const sub = (usage: string, description: string): Command =>
    models
      .command(usage)
      .description(description)
      .option('--models <dir>', 'where pulled packs live (default: XDG data folder)')
      .option('--manifest <file>', 'adds packs of your own');
  sub('list', 'packs, whether they are installed, size and licence')
    .option('--json', 'print as JSON')
    .action(async (options: StoreFlags & { json?: true }) => {
      finish(await handlers.list(options));
    });
  sub('pull <packs...>', 'download packs and check their hashes')
    .option('--mirror <base-url>', 'try <base-url>/<file name> first')
    .option('--detector <name>', 'only the files for this detector')
    .action(async (packs: string[], options: StoreFlags & { mirror?: string; detector?: string }) => {
      finish(await handlers.pull(packs, options));
    });
  sub('verify [pack]', 'hash the files of one pack or of all installed ones').action(
    async (pack: string | undefined, options: StoreFlags) => {
      finish(await handlers.verify(pack, options));
    },
  );
  sub('import <pack> <folder>', 'install a pack from files already on disk').action(
    async (pack: string, folder: string, options: StoreFlags) => {
      finish(await handlers.import(pack, folder, options));
    },
  );
  sub('path', 'print the folder of pulled packs').action(async (options: StoreFlags) => {
    finish(await handlers.path(options));
  });
  sub('convert <pack>', 'write ONNX files for --engine onnxruntime')
    .option('--detector <name>', 'only this detector')
    .action(async (pack: string, options: StoreFlags & { detector?: string }) => {
      finish(await handlers.convert(pack, options));
    });
}
