import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import path from 'node:path';
import { replaceFile } from '../packs/replace-file.js';
import { fatalWriteFault } from './file-faults.js';

/**
 * Writes a file that the user named (`--summary`), wherever a link leads. A device or a pipe that has its name
 * (`/dev/stderr`) is written to, not replaced.
 *
 * @throws {FatalError} OUTPUT_UNUSABLE, whatever is wrong.
 */
export async function writeNamedFile(file: string, text: string): Promise<void> {
  try {
    if (isSpecial(file)) await appendFile(file, text);
    else await replaceFile(isThere(file) ? realpathSync(file) : file, text);
  } catch (error) {
    throw fatalWriteFault(error, file);
  }
}

/**
 * What `writeNamedFile` needs and a target is not, as far as that can be told without writing: `a file in an existing
 * folder`.
 *
 * @param toBeMade a folder that the run makes before.
 */
export function unmetForWriting(target: string, toBeMade: string | undefined): string | undefined {
  if (target === toBeMade || isFolder(target)) return 'a file, not a folder,';
  const folder = path.dirname(target);
  if (!isSpecial(target) && !isFolder(folder)) {
    return folder === toBeMade ? undefined : 'a file in an existing folder';
  }
  return mayWrite(isSpecial(target) ? target : folder) ? undefined : 'a file that may be written';
}

function isThere(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false }) !== undefined;
}

function isFolder(file: string): boolean {
  try {
    return statSync(file).isDirectory();
  } catch {
    return false;
  }
}

function mayWrite(file: string): boolean {
  try {
    accessSync(file, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function isSpecial(file: string): boolean {
  // Open already: behind `2> log`, /dev/stderr is a plain file of the shell's, and its name a link not to be replaced.
  if (/^\/(dev\/(stdout|stderr|fd\/)|proc\/)/.test(file)) return true;
  try {
    const stats = statSync(file);
    return !stats.isFile() && !stats.isDirectory();
  } catch {
    return false;
  }
}
