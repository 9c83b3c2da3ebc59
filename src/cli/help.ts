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
 * @param fields as `expressionHelp` gives them.
 */
export function helpBelow(command: CommandName, fields: string): string {
  if (command !== 'tag') return `\n${environmentHint(command)}`;
  return [EXAMPLES, fields, environmentHint(command), EXIT_CODES].join('\n');
}

/** One flag of the command shows the rule. */
function environmentHint(command: CommandName): string {
  const names = flagsOf(command).map(({ name }) => name);
  const name =
    names.find((each) => each === 'minFace') ?? names.find((each) => each === 'models') ?? 'logFormat';
  return `Every flag has an environment form: ${environmentName(name)} for ${longName(name)}. A flag wins over it.`;
}

/** The fields of expressions, out of their own tables. Loaded for help alone: a run without an expression needs none. */
export async function expressionHelp(): Promise<string> {
  const { FACE_NAMES, PICTURE_NAMES } = await import('../core/expression/names.js');
  return `Expressions of --where and --fail-if read
  of a picture: ${[...PICTURE_NAMES.keys()].join(' ')}
  of a face, inside any(…), all(…) and count(…): ${[...FACE_NAMES.keys()].join(' ')}
`;
}
