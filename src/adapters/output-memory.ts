import { readFileSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { formatCompletion, NOTHING_BEGUN, parseCompletion, type Completion } from '../core/completion.js';
import { formatCopyStyles, parseCopyStyles, type CopyStyles } from '../core/copies.js';
import { COMPLETION, COPY_STYLES, MEMORY } from '../core/output-paths.js';
import { formatMemory, parseMemory, type Roots } from '../core/roots.js';
import { hasCode } from '../core/thrown.js';
import { FatalError } from '../errors.js';
import { fatalReadFault, fatalWriteFault } from './file-faults.js';
import type { OutputTree } from './output-tree.js';

/** A hundred paths of the longest kind for each of a hundred runs that were stopped need fewer. */
const MAX_BYTES = 1 << 26;

/**
 * The folders that an output folder has pictures of; undefined before its first run.
 *
 * @throws {FatalError} OUTPUT_UNUSABLE when the file is there but not ours.
 */
export function readRoots(tree: OutputTree): Roots | undefined {
  const text = readIfThere(tree, MEMORY);
  if (text === undefined) return undefined;
  return parseMemory(text, realpathSync(tree.root.path)) ?? notOurs(tree, MEMORY);
}

/** @throws {FatalError} OUTPUT_UNUSABLE. */
export async function writeRoots(tree: OutputTree, roots: Roots): Promise<void> {
  // By its real path: the folder may be known under the name of a link today and under its own tomorrow.
  await replace(tree, MEMORY, formatMemory(roots, realpathSync(tree.root.path)));
}

/** @throws {FatalError} OUTPUT_UNUSABLE when the file is there but not ours. */
export function readCompletion(tree: OutputTree): Completion {
  const text = readIfThere(tree, COMPLETION);
  return text === undefined ? NOTHING_BEGUN : (parseCompletion(text) ?? notOurs(tree, COMPLETION));
}

/** @throws {FatalError} OUTPUT_UNUSABLE. */
export async function writeCompletion(tree: OutputTree, completion: Completion): Promise<void> {
  const text = formatCompletion(completion);
  if (text !== undefined) await replace(tree, COMPLETION, text);
  else if (readIfThere(tree, COMPLETION) !== undefined) remove(tree, COMPLETION);
}

/** @throws {FatalError} OUTPUT_UNUSABLE when the file is there but not ours. */
export function readCopyStyles(tree: OutputTree): CopyStyles {
  const text = readIfThere(tree, COPY_STYLES);
  return text === undefined ? {} : (parseCopyStyles(text) ?? notOurs(tree, COPY_STYLES));
}

/** @throws {FatalError} OUTPUT_UNUSABLE. */
export async function writeCopyStyles(tree: OutputTree, styles: CopyStyles): Promise<void> {
  if (Object.keys(styles).length > 0) await replace(tree, COPY_STYLES, formatCopyStyles(styles));
  else if (readIfThere(tree, COPY_STYLES) !== undefined) remove(tree, COPY_STYLES);
}

async function replace(tree: OutputTree, name: string, text: string): Promise<void> {
  try {
    await tree.replace(name, text);
  } catch (error) {
    throw fatalWriteFault(error, placeOf(tree, name));
  }
}

function remove(tree: OutputTree, name: string): void {
  try {
    tree.remove(name);
  } catch (error) {
    throw fatalWriteFault(error, placeOf(tree, name));
  }
}

function readIfThere(tree: OutputTree, name: string): string | undefined {
  try {
    return tree.withFile(name, ({ descriptor, stats }) =>
      stats.size > MAX_BYTES ? '' : readFileSync(descriptor, 'utf8'),
    );
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw fatalReadFault(error, placeOf(tree, name));
  }
}

function notOurs(tree: OutputTree, name: string): never {
  throw new FatalError(
    'OUTPUT_UNUSABLE',
    `${placeOf(tree, name)} is not what facetag writes there. Choose another output folder with -o, or remove the file`,
  );
}

const placeOf = (tree: OutputTree, name: string): string => path.join(tree.root.path, name);
