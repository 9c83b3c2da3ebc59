import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readFileSync,
  readSync,
  type Stats,
} from 'node:fs';
import { hasCode } from '../core/thrown.js';

/** Something else stands where a plain file, or a folder, was wanted. */
export class OddFileError extends Error {
  override readonly name = 'OddFileError';

  /**
   * @param kind what it is, in words: `a symbolic link`.
   * @param place its path, for people.
   */
  constructor(
    readonly kind: string,
    readonly place: string,
  ) {
    super(`${place} is ${kind}`);
  }
}

/** What there is, in words. */
export function kindOf(stats: Stats): string {
  if (stats.isSymbolicLink()) return 'a symbolic link';
  if (stats.isDirectory()) return 'a folder';
  if (stats.isFIFO()) return 'a FIFO';
  if (stats.isSocket()) return 'a socket';
  return stats.isFile() ? 'a file' : 'a device';
}

/** Never follows a link and never waits for the other end of a FIFO. */
const READ = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

export interface PlainFile {
  /** The caller closes it. */
  readonly descriptor: number;
  readonly stats: Stats;
}

/**
 * Opens a plain file for reading.
 *
 * @param address only its last part is not followed: whoever calls answers for the folders before it.
 * @param place its path, for people.
 * @throws {OddFileError} when it is anything else; the system's own error when it cannot be opened.
 */
export function openPlainFile(address: string, place = address): PlainFile {
  const descriptor = open(address, place);
  const stats = fstatSync(descriptor);
  if (stats.isFile()) return { descriptor, stats };
  closeSync(descriptor);
  throw new OddFileError(kindOf(stats), place);
}

function open(address: string, place: string): number {
  try {
    return openSync(address, READ);
  } catch (error) {
    // ELOOP: a link. ENXIO: a socket.
    if (hasCode(error, 'ELOOP', 'ENXIO')) plainFileAt(address, place);
    throw error;
  }
}

/** Opens a plain file and lends it. Parameters and errors as of `openPlainFile`. */
export function withPlainFile<T>(address: string, place: string, use: (file: PlainFile) => T): T {
  const file = openPlainFile(address, place);
  try {
    return use(file);
  } finally {
    closeSync(file.descriptor);
  }
}

/** Nearly every record fits in. Node's own way of reading makes two calls and parses options: twice the time. */
const SHARED = Buffer.allocUnsafe(1 << 16);

/** The whole text of an open file that nothing was read from yet. */
export function textOf({ descriptor, stats }: PlainFile): string {
  if (stats.size >= SHARED.length) return readFileSync(descriptor, 'utf8');
  const length = readSync(descriptor, SHARED, 0, SHARED.length, 0);
  // Otherwise it has changed since it was opened.
  return length === stats.size ? SHARED.toString('utf8', 0, length) : readFileSync(descriptor, 'utf8');
}

/** @returns undefined where there is nothing. @throws {OddFileError} when there is anything but a plain file. */
export function plainFileAt(address: string, place = address): Stats | undefined {
  const stats = lstatSync(address, { throwIfNoEntry: false });
  if (stats && !stats.isFile()) throw new OddFileError(kindOf(stats), place);
  return stats;
}
