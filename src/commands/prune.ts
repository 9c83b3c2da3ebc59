import path from 'node:path';
import type { Ledger } from '../ports.js';

/** Removes results whose picture is not there any more. @returns how many. */
export function pruneGone(
  base: string,
  ledger: Ledger,
  { isGone }: { isGone: (file: string) => boolean },
): number {
  let pruned = 0;
  for (const image of ledger.images()) {
    if (!isGone(path.join(base, image))) continue;
    ledger.remove(image);
    pruned += 1;
  }
  return pruned;
}
