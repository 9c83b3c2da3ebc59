import type { CommandName } from './commands.js';
import { environmentName, flagsOf, longName } from './flags.js';

const EXAMPLES = `
Examples:
  facetag photos                              tag a folder into facetag-out
  facetag photos -o out --annotate            also write copies with boxes drawn
  facetag photos -o out --blur                also write copies with faces blurred
  facetag photos --jsonl | jq -c .faces       stream records, write nothing
  find . -name '*.jpg' -print0 | facetag --files-from - -0 -o out
  facetag inbox -o out --allow-empty --fail-if 'any(maxAge <= 12)'
`;

const STOPPED = `130/143 stopped by a signal,
75 could not go on now: a full disk, another run on the same folder.`;

const EXIT_CODES = `Exit codes: 0 done, 1 some pictures failed, 2 could not run, 3 --fail-if matched, ${STOPPED}`;

const VIDEO_EXIT_CODES = `Exit codes: 0 done, 1 some videos failed, 2 could not run, ${STOPPED}`;

const EVAL_EXIT_CODES = 'Exit codes: 0 done, 2 could not run, 3 a figure misses its --min or --max.';

/** What commands take out of tables of their own, by command. */
export type Listings = Readonly<Partial<Record<CommandName, string>>>;

/** What the help of a command says below its flags. */
export function helpBelow(command: CommandName, listing = ''): string {
  const hint = environmentHint(command);
  switch (command) {
    case 'tag':
      return [EXAMPLES, listing, hint, EXIT_CODES].join('\n');
    case 'video':
      return ['', hint, VIDEO_EXIT_CODES].join('\n');
    case 'eval':
      return ['', listing, hint, EVAL_EXIT_CODES].join('\n');
    default:
      return ['', ...(listing === '' ? [] : [listing]), hint].join('\n');
  }
}

/** One flag of the command shows the rule. */
function environmentHint(command: CommandName): string {
  const names = flagsOf(command).map(({ name }) => name);
  const name =
    names.find((each) => each === 'minFace') ?? names.find((each) => each === 'models') ?? 'logFormat';
  return `Every flag has an environment form: ${environmentName(name)} for ${longName(name)}. A flag wins over it, and both over the config file.
A facetag.config.json that --config does not name may set ${foundNames(command)}.`;
}

/** The flags of a command that a config file may set although nobody named it. */
function foundNames(command: CommandName): string {
  const names = flagsOf(command).flatMap(({ name, row }) => (row.inFoundFile === true ? name : []));
  return names.join(', ');
}

/** Loaded for help alone. */
export async function helpListings(): Promise<Listings> {
  return { tag: await expressionHelp(), eval: await figureHelp(), export: await exportHelp() };
}

async function figureHelp(): Promise<string> {
  const { FIGURE_NAMES } = await import('../evaluation/figures.js');
  return `Figures of --min and --max, such as --min gender-accuracy=0.9 --max age-mae=5:
  ${FIGURE_NAMES.join(' ')}
`;
}

async function exportHelp(): Promise<string> {
  const { EXPORTS } = await import('../exports/registry.js');
  const kinds = Object.entries(EXPORTS).map(
    ([kind, { description, drops }]) =>
      `  ${kind.padEnd(13)} ${description}\n${' '.repeat(16)}drops ${drops}\n`,
  );
  return `Kinds:\n${kinds.join('')}`;
}

async function expressionHelp(): Promise<string> {
  const { FACE_NAMES, PICTURE_NAMES } = await import('../core/expression/names.js');
  return `Expressions of --where, --fail-if and (of one face) --blur-where read
  of a picture: ${[...PICTURE_NAMES.keys()].join(' ')}
  of a face, inside any(…), all(…) and count(…): ${[...FACE_NAMES.keys()].join(' ')}
`;
}
