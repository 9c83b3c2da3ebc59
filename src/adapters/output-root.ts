import { lstatSync, readdirSync, rmdirSync } from 'node:fs';
import path from 'node:path';
import { COPY_KINDS } from '../core/copies.js';
import {
  COMPLETION,
  COPY_STYLES,
  MEMORY,
  RECORDS,
  RECORDS_FILE,
  RECORDS_JOURNAL,
  TABLES,
  TABLE_STAMPS,
} from '../core/output-paths.js';
import { reasonOf } from '../core/system-fault.js';
import { FatalError } from '../errors.js';
import { makeFolders } from '../packs/make-folders.js';
import { fatalReadFault } from './file-faults.js';
import { OpenFolder } from './open-folder.js';
import { TEMPORARIES } from './output-tree.js';
import { kindOf, OddFileError } from './plain-file.js';

/** Held by the run that writes to the folder. */
export const LOCK = '.facetag.lock';

/**
 * Opens an output folder, through a link if that is how it was named.
 *
 * @throws {FatalError} OUTPUT_UNUSABLE, also when anything in it is not what facetag makes: one clear error at the start
 * for what would be refused later piece by piece.
 */
export function openRoot(output: string): OpenFolder {
  try {
    return withoutOddities(OpenFolder.at(output));
  } catch (error) {
    throw fatalReadFault(error, output);
  }
}

/**
 * Opens the output folder that is taken when none is named, or makes it. It must not be a link: who runs facetag in a
 * folder of somebody else's is not led away.
 *
 * @throws {FatalError} OUTPUT_UNUSABLE.
 */
export function openUnnamedRoot(output: string): OpenFolder {
  const name = path.basename(output);
  const parent = OpenFolder.at(path.dirname(output));
  try {
    return withoutOddities(parent.child(name, true));
  } catch (error) {
    if (!(error instanceof OddFileError) || error.place !== output) throw fatalReadFault(error, output);
    const message = `${output} is ${error.kind}. If you mean what it leads to, say so: -o ${name}`;
    throw new FatalError('OUTPUT_UNUSABLE', message);
  } finally {
    parent.close();
  }
}

const FOLDERS: readonly string[] = [RECORDS, ...COPY_KINDS, TEMPORARIES];
const FILES = [
  ...[MEMORY, COMPLETION, COPY_STYLES, LOCK, `${LOCK}.takeover`],
  ...[RECORDS_FILE, RECORDS_JOURNAL, TABLE_STAMPS],
  ...Object.values(TABLES),
];

/** @returns the folder. @throws {OddFileError} */
function withoutOddities(root: OpenFolder): OpenFolder {
  try {
    refuseOddities(root);
    return root;
  } catch (error) {
    root.close();
    throw error;
  }
}

/** @throws {OddFileError} when anything at the top of the output folder is not of the kind that facetag makes. */
export function refuseOddities(root: OpenFolder): void {
  for (const name of [...FOLDERS, ...FILES]) {
    const stats = lstatSync(root.at(name), { throwIfNoEntry: false });
    if (!stats || (FOLDERS.includes(name) ? stats.isDirectory() : stats.isFile())) continue;
    throw new OddFileError(kindOf(stats), path.join(root.path, name));
  }
}

/** @throws {FatalError} OUTPUT_UNUSABLE. */
export function makeRoot(folder: string): void {
  try {
    makeFolders(folder);
  } catch (error) {
    throw new FatalError('OUTPUT_UNUSABLE', `Cannot create the folder ${folder}: ${reasonOf(error)}`, {
      cause: error,
    });
  }
}

export function removeIfEmpty(folder: string): void {
  try {
    if (readdirSync(folder).length === 0) rmdirSync(folder);
  } catch {
    // Nothing depends on it.
  }
}
