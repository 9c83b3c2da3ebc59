import type { CommandName } from './commands.js';
import { environmentName, flagsOf, longName } from './flags.js';

const EXAMPLES = `
Examples:
  facetag photos                              tag a folder into facetag-out
  facetag photos -o out --annotate            also write copies with boxes drawn
  facetag photos --jsonl | jq -c .faces       stream records, write nothing
  find . -name '*.jpg' -print0 | facetag --files-from - -0 -o out
  facetag inbox -o out --allow-empty --fail-if 'any(maxAge <= 12)'
`;

const EXIT_CODES =
  'Exit codes: 0 done, 1 some pictures failed, 2 could not run, 3 --fail-if matched, 130/143 stopped by a signal.';

/**
 * What the help of a command says below its flags.
 *
 * @param topics as `loadTopics` gives them.
 */
export function helpBelow(command: CommandName, topics: HelpTopics): string {
  if (command === 'export') return [`\n${topics.exports}`, environmentHint(command)].join('\n');
  if (command !== 'tag') return `\n${environmentHint(command)}`;
  return [EXAMPLES, topics.expressions, environmentHint(command), EXIT_CODES].join('\n');
}

/** One flag of the command shows the rule. */
function environmentHint(command: CommandName): string {
  const names = flagsOf(command).map(({ name }) => name);
  const name =
    names.find((each) => each === 'minFace') ?? names.find((each) => each === 'models') ?? 'logFormat';
  return `Every flag has an environment form: ${environmentName(name)} for ${longName(name)}. A flag wins over it.`;
}

/** Parts of the help that come out of tables which a run may have no need of: empty where no help is asked for. */
export interface HelpTopics {
  readonly expressions: string;
  readonly exports: string;
}

export const NO_TOPICS: HelpTopics = { expressions: '', exports: '' };

export async function loadTopics(): Promise<HelpTopics> {
  const { FACE_NAMES, PICTURE_NAMES } = await import('../core/expression/names.js');
  const { EXPORTS } = await import('../exports/registry.js');
  const exports = Object.entries(EXPORTS).map(
    ([kind, { description, drops }]) =>
      `  ${kind.padEnd(13)} ${description}\n${' '.repeat(16)}drops ${drops}\n`,
  );
  return { expressions: expressionHelp(FACE_NAMES, PICTURE_NAMES), exports: `Kinds:\n${exports.join('')}` };
}

type Names = ReadonlyMap<string, unknown>;

/** The fields of expressions. */
function expressionHelp(faceNames: Names, pictureNames: Names): string {
  return `Expressions of --where and --fail-if read
  of a picture: ${[...pictureNames.keys()].join(' ')}
  of a face, inside any(…), all(…) and count(…): ${[...faceNames.keys()].join(' ')}
`;
}
