import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readSync,
  statSync,
  type Stats,
} from 'node:fs';
import { messageOf } from '../core/thrown.js';
import { FatalError, usageError } from '../errors.js';

/** Taken from the working directory by itself. */
export const CONFIG_NAME = 'facetag.config.json';

/** Bytes: room for every flag a hundred times over. */
const LONGEST = 1 << 16;

/** What stands under a name in the working directory. */
export type Stray = 'nothing' | 'ours' | 'foreign';

/**
 * Looks for a config file that nobody named, with one `lstat`. `foreign`: it belongs to another user than the one that
 * runs this or root, and whoever can put a file into an inbox must not set flags. Where nobody may look, there is nothing.
 */
export function lookForConfig(file: string, uid = process.getuid?.()): Stray {
  try {
    const stats = lstatSync(file, { throwIfNoEntry: false });
    if (stats === undefined) return 'nothing';
    const owned = [stats, ...(stats.isSymbolicLink() ? [statSync(file)] : [])];
    const isOurs = (each: Stats): boolean => uid === undefined || each.uid === uid || each.uid === 0;
    return owned.every(isOurs) ? 'ours' : 'foreign';
  } catch {
    return 'nothing';
  }
}

/**
 * The text of a config file. Nothing but a regular file of 64 KiB at most is opened: no FIFO is waited for.
 *
 * @param subject what named it.
 * @throws {FatalError} USAGE.
 */
export function readConfigText(file: string, subject: string): string {
  const expected = `a readable regular file of at most ${LONGEST} bytes`;
  try {
    if (!fits(statSync(file))) throw usageError(expected, subject, file);
    const descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      // It may be another one by now.
      if (!fits(fstatSync(descriptor))) throw usageError(expected, subject, file);
      const bytes = Buffer.alloc(LONGEST);
      let length = 0;
      for (let read = -1; read !== 0 && length < LONGEST; length += read) {
        read = readSync(descriptor, bytes, length, LONGEST - length, length);
      }
      return bytes.toString('utf8', 0, length).replace(/^\uFEFF/, '');
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    if (error instanceof FatalError) throw error;
    throw usageError(`${expected} (${messageOf(error)})`, subject, file);
  }
}

function fits(stats: Stats): boolean {
  return stats.isFile() && stats.size <= LONGEST;
}
