import { measureSuccess, writeList } from './run.js';
import { rowKey } from './speed.js';
import type { RowKey, Task } from './speed.js';
import { median } from './statistics.js';

/** Milliseconds with one picture, median of the rounds. */
export interface StartRow extends RowKey {
  /** From the start of the command to the end of its first line. */
  readonly firstRecordMs: number;
  readonly exitMs: number;
}

/** Time to the first record. */
export function measureStart({ contenders, sets, rounds, scratch, say }: Task): readonly StartRow[] {
  return sets.flatMap((set) => {
    say(`start: ${set.name}`);
    const list = writeList(scratch, set.name, set.files.slice(0, 1));
    const turns = Array.from({ length: rounds }, () =>
      contenders.map((contender) => measureSuccess(contender.command(list))),
    );
    return contenders.map((contender, index) => ({
      ...rowKey(set, contender),
      firstRecordMs: median(turns.map((turn) => turn[index]?.firstLine ?? NaN)) * 1000,
      exitMs: median(turns.map((turn) => turn[index]?.wall ?? NaN)) * 1000,
    }));
  });
}
