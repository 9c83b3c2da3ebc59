import { closeSync, writeFile } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { FatalError, ImageError } from '../errors.js';
import type { FileWriter } from '../ports.js';
import type { OutputRoot } from '../types.js';
import { fatalWriteFault, writeFault } from './file-faults.js';
import { OpenFolder } from './open-folder.js';
import { OutputTree } from './output-tree.js';

/**
 * Writes copies from a lane, into the very folder that its parent has locked.
 *
 * @param expendable a disk that cannot take a copy is that copy's WRITE_FAILED, and a copy is written under its own name at
 * once: nobody reads it before the lane has answered, and a lane that is killed leaves nothing under another name.
 * @throws {FatalError} OUTPUT_UNUSABLE when its path leads elsewhere by now.
 */
export function openCopyWriter({ path: location, identity }: OutputRoot, expendable = false): FileWriter {
  const tree = new OutputTree(openRoot(location));
  if (tree.root.identity !== identity) {
    tree.close();
    throw new FatalError(
      'OUTPUT_UNUSABLE',
      `${location} was replaced during the run. Run the same command again`,
    );
  }
  return {
    async write(relative, data) {
      try {
        await (expendable ? writeInPlace(tree, relative, data) : tree.replace(relative, data));
      } catch (error) {
        const fault = writeFault(error, path.join(location, relative));
        if (expendable && fault instanceof FatalError) {
          throw new ImageError('WRITE_FAILED', 'There is no room for the copy', 'write');
        }
        throw fault;
      }
    },
  };
}

/** What a lane that was killed has left of it is written anew. */
async function writeInPlace(tree: OutputTree, relative: string, data: Buffer | string): Promise<void> {
  tree.remove(relative);
  const descriptor = tree.create(relative);
  try {
    await writeAll(descriptor, data);
  } finally {
    closeSync(descriptor);
  }
}

/** Goes on after a short write. */
const writeAll = promisify(writeFile);

function openRoot(location: string): OpenFolder {
  try {
    return OpenFolder.at(location);
  } catch (error) {
    throw fatalWriteFault(error, location);
  }
}
