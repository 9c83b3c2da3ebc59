import { entriesOf, pathOf, rootOf, type Roots } from '../core/roots.js';
import type { Ledger } from '../ports.js';

/** What pruning asks of the file system. */
interface PrunePorts {
  readonly isGone: (file: string) => boolean;
}

/**
 * Pictures that have results and are not there any more, in path order. Where a root itself is not there, a disk may not
 * be mounted: of several roots, one that is gone keeps its results.
 */
export function* goneImages(roots: Roots, ledger: Ledger, { isGone }: PrunePorts): Iterable<string> {
  const several = roots.others !== undefined;
  const absent = new Set(entriesOf(roots).flatMap(([name, root]) => (several && isGone(root) ? [name] : [])));
  for (const image of ledger.images()) {
    if (absent.has(rootOf(roots, image))) continue;
    // Only what reads as a record is ours to remove: the folder may hold somebody's own JSON files.
    if (!isGone(pathOf(roots, image))) continue;
    if (ledger.read(image) !== undefined || ledger.hasOtherVersion(image)) yield image;
  }
}

/** Removes results whose picture is not there any more. @returns how many. */
export function pruneGone(roots: Roots, ledger: Ledger, ports: PrunePorts): number {
  let pruned = 0;
  for (const image of goneImages(roots, ledger, ports)) {
    ledger.remove(image);
    pruned += 1;
  }
  return pruned;
}
