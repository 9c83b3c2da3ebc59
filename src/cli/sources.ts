import { archives } from '../adapters/archives.js';
import { objectStores } from '../adapters/s3.js';
import { fetchFolders } from '../adapters/upload-folder.js';
import type { SourcePorts } from '../commands/tag-ports.js';

/** Composition root of pictures that are no files of their own. */
export const sourcePorts: SourcePorts = { archives, stores: objectStores, privateFolders: fetchFolders };
