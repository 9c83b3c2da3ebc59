import path from 'node:path';
import { FatalError } from '../errors.js';
import type { FileWriter } from '../ports.js';
import type { OutputRoot } from '../types.js';
import { fatalWriteFault, writeFault } from './file-faults.js';
import { OpenFolder } from './open-folder.js';
import { OutputTree } from './output-tree.js';

/**
 * Writes copies from a lane, into the very folder that its parent has locked.
 *
 * @throws {FatalError} OUTPUT_UNUSABLE when its path leads elsewhere by now.
 */
export function openCopyWriter({ path: location, identity }: OutputRoot): FileWriter {
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
        throw writeFault(error, path.join(location, relative));
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
