import { existsSync, mkdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { hasCode } from '../core/thrown.js';

/**
 * Makes a folder, and those on its way that are missing, one by one: Node's own way never ends where a folder such as
 * `/proc` takes no other, and calls a disk that is full or read-only ENOENT.
 *
 * @param folder absolute; may be there.
 * @throws the system's error; EPERM where a folder takes no other.
 */
export function makeFolders(folder: string): void {
  try {
    mkdirSync(folder);
  } catch (error) {
    if (hasCode(error, 'EEXIST') && isFolder(folder)) return;
    if (!hasCode(error, 'ENOENT')) throw error;
    const parent = path.dirname(folder);
    if (existsSync(parent)) {
      throw Object.assign(new Error(`${parent} takes no folders`, { cause: error }), { code: 'EPERM' });
    }
    makeFolders(parent);
    makeFolders(folder);
  }
}

function isFolder(location: string): boolean {
  return statSync(location, { throwIfNoEntry: false })?.isDirectory() === true;
}
