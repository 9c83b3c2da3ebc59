import path from 'node:path';
import { nearest } from '../core/nearest.js';
import { isMoment } from '../core/newer-than.js';
import { messageOf } from '../core/thrown.js';
import { FatalError, usageError } from '../errors.js';
import type { RawValue } from './flag-readers.js';
import { FLAG_NAMES, FLAGS, FOUND_NAMES, longName, type FlagName } from './flags.js';
import type { ConfigFile, RawFlags } from './options.js';
import { placeOf } from './placeholder.js';

/** A config file names no other one. */
const KEYS = FLAG_NAMES.filter((name) => name !== 'config');

/**
 * Reads what a config file says: an object whose keys are flags, `minFace` for `--min-face`. Paths start from the file's
 * folder. Values are checked when a command asks for them, by the readers of the flags.
 *
 * @param file absolute.
 * @param named whether the user named it. One that was found may set the flags of `FOUND_NAMES` alone.
 * @throws {FatalError} USAGE for what is no JSON object, an unknown key, a key that a found file may not have, or a value
 * that no flag could have.
 */
export function parseConfigFile(text: string, file: string, named: boolean): ConfigFile {
  const entries = Object.entries(parseObject(text, file));
  const values = entries.map(([key, value]) => [nameOf(key, file), value] as const);
  if (!named) {
    refuseKeys(
      values.map(([name]) => name).filter((name) => !FOUND_NAMES.includes(name)),
      file,
    );
  }
  const raw: RawFlags = Object.fromEntries(
    values.map(([name, value]) => [name, rawValue(name, value, file)]),
  );
  return { path: file, values: raw };
}

function parseObject(text: string, file: string): object {
  const read = (): unknown => {
    try {
      return JSON.parse(text);
    } catch (error) {
      throw usageError(`JSON (${messageOf(error)})`, file, 'something else');
    }
  };
  const parsed = read();
  if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed;
  throw usageError('a JSON object, such as {"minFace": 40},', file, parsed);
}

function nameOf(key: string, file: string): FlagName {
  const name = KEYS.find((each) => each === key);
  if (name !== undefined) return name;
  const meant = nearest(key, KEYS);
  const hint = meant === undefined ? '' : `, such as ${meant},`;
  throw usageError(`the name of a flag as a key${hint}`, file, key);
}

/** A run that goes on without them would not do what the file says, and nobody may have read that it does not. */
function refuseKeys(names: readonly FlagName[], file: string): void {
  if (names.length === 0) return;
  throw new FatalError(
    'USAGE',
    `${file} sets ${names.join(', ')}. A config file that nobody named may come with a downloaded folder, and sets no more ` +
      `than ${FOUND_NAMES.join(', ')}. If you trust the file, name it: ${longName('config')} ./${path.basename(file)}`,
  );
}

/** As the command line would have it. */
function rawValue(name: FlagName, value: unknown, file: string): RawValue {
  const { read, repeatable, flags } = FLAGS[name];
  const place = (text: string): string =>
    placeOf(flags) === undefined || isNoPath(name, text) ? text : path.resolve(path.dirname(file), text);
  if (typeof value === 'boolean' && repeatable !== true) return value;
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return repeatable === true ? [value] : place(value);
  const list = stringsOf(value);
  if (list !== undefined && repeatable === true) return list;
  if (list !== undefined && read.separator !== undefined) return list.join(read.separator);
  const some =
    repeatable === true || read.separator !== undefined ? 'a text or a list of texts' : 'one value';
  throw usageError(some, `${name} in ${file}`, value);
}

function stringsOf(value: unknown): string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const texts = value.filter((each) => typeof each === 'string');
  return texts.length === value.length ? texts : undefined;
}

/** Values of path flags that are none: standard input, a duration, and nothing, which the reader refuses. */
function isNoPath(name: FlagName, text: string): boolean {
  return text === '' || text === '-' || (name === 'newerThan' && isMoment(text));
}
