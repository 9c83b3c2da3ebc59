import path from 'node:path';
import type { Ledger } from '../ports.js';

/** What pruning asks of the file system. */
interface PrunePorts {
  readonly isGone: (file: string) => boolean;
}

/** Pictures that have results and are not there any more, in path order. */
export function* goneImages(base: string, ledger: Ledger, { isGone }: PrunePorts): Iterable<string> {
  for (const image of ledger.images()) {
    // Only what reads as a record is ours to remove: the folder may hold somebody's own JSON files.
    if (isGone(path.join(base, image)) && ledger.read(image)) yield image;
  }
}

/** Removes results whose picture is not there any more. @returns how many. */
export function pruneGone(base: string, ledger: Ledger, ports: PrunePorts): number {
  let pruned = 0;
  for (const image of goneImages(base, ledger, ports)) {
    ledger.remove(image);
    pruned += 1;
  }
  return pruned;
}
