import path from 'node:path';
import { FatalError, ImageError } from '../errors.js';
import type { FileWriter } from '../ports.js';
import type { OutputRoot } from '../types.js';
import { fatalWriteFault, writeFault } from './file-faults.js';
import { OpenFolder } from './open-folder.js';
import { OutputTree } from './output-tree.js';

/**
 * Writes copies from a lane, into the very folder that its parent has locked.
 *
 * @param expendable a disk that cannot take a copy is that copy's WRITE_FAILED.
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
        await tree.replace(relative, data);
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

function openRoot(location: string): OpenFolder {
  try {
    return OpenFolder.at(location);
  } catch (error) {
    throw fatalWriteFault(error, location);
  }
}
