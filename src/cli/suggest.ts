import { existsSync } from 'node:fs';
import { nearest } from '../core/nearest.js';
import { COMMAND_NAMES } from './commands.js';

/**
 * The command that was probably meant where words were taken for paths: `merge` for `merg x`, `models list` for
 * `model list`. Undefined when the first word is a file or folder, or like no command.
 */
export function commandMeant(words: readonly string[]): string | undefined {
  const [first, second = ''] = words;
  if (first === undefined || existsSync(first)) return undefined;
  const names = COMMAND_NAMES.map((name) => name.split(' '));
  const meant = nearest(first, [...new Set(names.map(([word = '']) => word))]);
  if (meant === undefined || meant === first) return undefined;
  const members = names.flatMap(([word, member]) => (word === meant && member !== undefined ? [member] : []));
  const member = nearest(second, members);
  return member === undefined ? meant : `${meant} ${member}`;
}
