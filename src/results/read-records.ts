import { setImmediate as nextTurn } from 'node:timers/promises';
import type { PictureRecord } from '../core/report.js';
import type { Ledger } from '../ports.js';

/** Pictures that are missing in what is made of the records, since theirs could not be read. */
export class LeftOut {
  readonly damaged = new Set<string>();
  /** Their record is in another version of the format. */
  readonly otherVersion = new Set<string>();
  /** Damaged lines of a records file that do not even show whose they were. */
  illegible = 0;
}

/** Records between two looks at the event loop, so that signals are heard and a lock is kept alive. */
const TURN = 64;

/**
 * The records of pictures, in the order given, one in memory at a time.
 *
 * @param leftOut takes the pictures whose record cannot be read.
 * @param instead records that stand for stored ones, by picture.
 */
export async function* readRecords(
  ledger: Pick<Ledger, 'read' | 'hasOtherVersion'>,
  images: readonly string[],
  leftOut: LeftOut,
  instead: ReadonlyMap<string, PictureRecord> = new Map(),
): AsyncGenerator<PictureRecord> {
  for (const [index, image] of images.entries()) {
    const record = instead.get(image) ?? ledger.read(image)?.record;
    if (record) yield record;
    else (ledger.hasOtherVersion(image) ? leftOut.otherVersion : leftOut.damaged).add(image);
    if (index % TURN === TURN - 1) await nextTurn();
  }
}
