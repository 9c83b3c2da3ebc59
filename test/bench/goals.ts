import type { EngineName } from '../../src/types.js';
import type { SetName } from './pictures.js';
import type { Results } from './report.js';
import type { RowKey } from './speed.js';

/** A figure that the project wants, and what was measured. */
export interface Goal {
  readonly what: string;
  readonly bound: 'at least' | 'at most';
  readonly target: number;
  readonly measured: number;
  readonly unit: '×' | ' MB';
}

/** The goals that these results can be held against. */
export function goals(results: Results): readonly Goal[] {
  return [
    ...speedGoals(results),
    ...scalingGoals(results),
    ...firstRecordGoal(results),
    ...memoryGoals(results),
    ...decodeGoal(results),
    ...growthGoal(results),
  ];
}

export function isMet({ bound, target, measured }: Goal): boolean {
  return bound === 'at least' ? measured >= target : measured <= target;
}

/** What a user would run instead of each pack. */
const PEERS = { compact: 'face-api-wasm', classic: 'reference.py' };

/** An engine, and what it calculates in where that is not 32-bit floats. */
type Engine = EngineName | 'onnxruntime int8';

const SPEED: readonly (readonly [SetName, keyof typeof PEERS, Engine, number])[] = [
  ['group', 'compact', 'opencv', 5],
  ['group', 'compact', 'onnxruntime', 10],
  ['small', 'classic', 'opencv', 1.15],
  ['large', 'classic', 'opencv', 1.25],
  ['small', 'classic', 'onnxruntime', 2],
  ['large', 'classic', 'onnxruntime', 3],
  // Set for processors with VNNI.
  ['group', 'compact', 'onnxruntime int8', 20],
  ['large', 'compact', 'onnxruntime int8', 30],
  ['small', 'classic', 'onnxruntime int8', 5],
  ['large', 'classic', 'onnxruntime int8', 5],
];

function speedGoals({ speed = [] }: Results): Goal[] {
  return SPEED.flatMap(([set, pack, engine, target]): Goal[] => {
    const measured = find(speed, set, `facetag ${pack} ${engine} -j 2`)?.ratio ?? null;
    if (measured === null) return [];
    const what = `pictures/s of ${pack}, ${engine}, -j 2, over ${PEERS[pack]}: ${set} photos`;
    return [{ what, bound: 'at least', target, measured, unit: '×' }];
  });
}

function scalingGoals({ speed = [] }: Results): Goal[] {
  return speed.flatMap(({ contender, set, picturesPerSecond }): Goal[] => {
    const configuration = /^facetag ((?:compact|classic) \w+) -j 2$/.exec(contender)?.[1];
    if (configuration === undefined) return [];
    const single = find(speed, set, `facetag ${configuration} -j 1`);
    if (!single) return [];
    const what = `pictures/s of -j 2 over -j 1, ${configuration}: ${set} photos`;
    const measured = picturesPerSecond / single.picturesPerSecond;
    return [{ what, bound: 'at least', target: 1.9, measured, unit: '×' }];
  });
}

function firstRecordGoal({ start = [] }: Results): Goal[] {
  const ours = find(start, 'small', 'facetag compact opencv -j 1');
  const peer = find(start, 'small', 'reference.py');
  if (!ours || !peer) return [];
  const what = 'time to the first record of compact, opencv, -j 1, over reference.py: one small photo';
  const measured = ours.firstRecordMs / peer.firstRecordMs;
  return [{ what, bound: 'at most', target: 0.6, measured, unit: '×' }];
}

const MEMORY: Readonly<Record<string, number>> = {
  'facetag compact opencv -j 1': 220,
  'facetag compact opencv -j 2': 250,
  'facetag classic opencv -j 1': 330,
  'facetag classic opencv -j 2': 410,
  'facetag classic onnxruntime int8 -j 2': 300,
};

function memoryGoals({ memory = [] }: Results): Goal[] {
  return memory.flatMap(({ contender, set, tree }): Goal[] => {
    const target = MEMORY[contender];
    if (target === undefined) return [];
    const what = `peak memory of the process tree, ${contender}: ${set} photos`;
    return [{ what, bound: 'at most', target, measured: tree / 1e6, unit: ' MB' }];
  });
}

function decodeGoal({ decode }: Results): Goal[] {
  if (!decode) return [];
  const what = 'time to decode a 12-megapixel JPEG to 720 px over imread + INTER_AREA';
  return [{ what, bound: 'at most', target: 0.4, measured: decode.ratio, unit: '×' }];
}

function growthGoal({ growth = [] }: Results): Goal[] {
  const [first, last] = [growth[0], growth.at(-1)];
  if (!first || !last || first === last) return [];
  const what = `ms a picture of ${last.pictures} pictures over ${first.pictures}`;
  const measured = last.msPerPicture / first.msPerPicture;
  return [{ what, bound: 'at most', target: 1.05, measured, unit: '×' }];
}

function find<Row extends RowKey>(rows: readonly Row[], set: SetName, contender: string): Row | undefined {
  return rows.find((row) => row.set === set && row.contender === contender);
}
