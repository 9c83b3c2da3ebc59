import type { RecordForm } from '../../config.js';
import type { CopyStyles } from '../../core/copies.js';
import type { Roots } from '../../core/roots.js';
import { requireOneWhole } from '../../core/share-agreement.js';
import type { FolderState } from '../../core/shares.js';
import { usageError } from '../../errors.js';
import type { OutputFolder, OutputFolders } from '../../ports.js';

/** An output folder as it was found. */
export interface Source extends FolderState {
  readonly roots: Roots;
  readonly styles: CopyStyles;
  /** How it keeps its records; undefined where it has none. */
  readonly recordForm: RecordForm | undefined;
}

export interface FoundFolders {
  readonly sources: readonly Source[];
  /** Folders in which no run has begun, and names of none, each with what it is. */
  readonly blank: readonly string[];
}

/**
 * Looks at output folders, not yet at their records.
 *
 * @param of how many shares there must be: a folder that is not there, or in which no run has begun, is then one of a
 * share that is missing. Where nobody knows the number it is refused.
 * @throws {FatalError} USAGE for what is no output folder, and for shares that cannot be parts of one whole.
 */
export async function readFolders(
  folders: readonly string[],
  of: number | undefined,
  outputs: OutputFolders,
): Promise<FoundFolders> {
  const sources: Source[] = [];
  const blank: string[] = [];
  for (const folder of folders) {
    await outputs.visit(folder, (visited) => {
      const found = visited && sourceOf(folder, visited);
      if (found) sources.push(found);
      else blank.push(blankFolder(folder, visited, of));
      return Promise.resolve();
    });
  }
  requireOneWhole(sources, of);
  return { sources, blank };
}

function sourceOf(folder: string, visited: OutputFolder): Source | undefined {
  const roots = visited.readRoots();
  if (roots === undefined) return undefined;
  return {
    folder,
    roots,
    styles: visited.readCopyStyles(),
    recordForm: visited.recordForm,
    completion: visited.readCompletion(),
    isBusy: visited.isUnfinished(),
  };
}

/** @returns what it is. */
function blankFolder(folder: string, visited: OutputFolder | undefined, of: number | undefined): string {
  const what = visited === undefined ? 'not there' : visited.isBlank() ? 'empty' : undefined;
  if (what !== undefined && of !== undefined) return `${folder} is ${what}`;
  throw usageError(
    'an output folder of facetag',
    'facetag merge',
    what ? `${folder}, which is ${what}` : folder,
  );
}
