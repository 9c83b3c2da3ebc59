import { measureSuccess, writeList } from './run.js';
import { rowKey } from './speed.js';
import type { RowKey, Task } from './speed.js';

/** Peaks in bytes of PSS, which counts pages that processes share in proportion. */
export interface MemoryRow extends RowKey {
  readonly pictures: number;
  /** Highest sum over all processes at one moment. */
  readonly tree: number;
  /** Highest of the command itself. */
  readonly parent: number;
  /** Highest of any child; 0 without children. */
  readonly lane: number;
  /** Share of the time that reading the memory took. */
  readonly pollShare: number;
}

/** Enough for the peak: the picture with the most faces comes round in each lane. */
const PICTURES = { small: 40, group: 32, large: 16 };

/** Peak memory, in runs of their own: reading it costs time. */
export function measureMemory({ contenders, sets, scratch, say }: Task): readonly MemoryRow[] {
  return sets.flatMap((set) => {
    const pictures = PICTURES[set.name];
    const list = writeList(scratch, set.name, set.files.slice(0, pictures));
    return contenders.map((contender) => {
      say(`memory: ${set.name}: ${contender.name}`);
      const {
        processes = [],
        peakPss = NaN,
        pollShare = NaN,
      } = measureSuccess(contender.command(list), {
        memory: true,
      });
      const [parent = NaN, ...lanes] = processes;
      const lane = Math.max(0, ...lanes);
      return { ...rowKey(set, contender), pictures, tree: peakPss, parent, lane, pollShare };
    });
  });
}
