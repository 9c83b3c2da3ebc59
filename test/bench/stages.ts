import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { EngineName } from '../../src/types.js';
import type { Configuration, PackName } from './contenders.js';
import type { SetName } from './pictures.js';
import { ask } from './run.js';
import type { Task } from './speed.js';
import { slope } from './statistics.js';

/** What stage-runner.ts is asked. */
export interface StageQuestion extends Configuration {
  readonly mode: 'stages' | 'faces';
  readonly files: readonly string[];
  readonly scratch: string;
}

/** What it answers with mode "stages". */
export interface StageTimes {
  readonly facesPerPicture: number;
  /** Mean milliseconds a picture, by stage. */
  readonly ms: Readonly<Record<string, number>>;
}

export interface StageRow extends StageTimes {
  readonly set: SetName;
  readonly pack: PackName;
  readonly engine: EngineName;
}

export interface FaceCostRow {
  readonly pack: PackName;
  readonly engine: EngineName;
  /** Slope of the line through the points. */
  readonly msPerFace: number;
  /** Faces in the picture, and milliseconds for their crops and attribute nets. */
  readonly points: readonly (readonly [number, number])[];
}

/** Enough for a mean that is steady to a few per cent. */
const PICTURES = { small: 48, group: 32, large: 24 };

/**
 * Where the time of one picture goes: facetag's own modules in one process, each port timed. One process per pack and
 * engine, like a lane.
 */
export function measureStages(task: Task): readonly StageRow[] {
  return configurations(task).flatMap((configuration) =>
    task.sets.map(({ name, files }) => {
      const { pack, engine } = configuration;
      task.say(`stages: ${name}: ${pack} ${engine}`);
      const pictures = files.slice(0, PICTURES[name]);
      const answer = askRunner({ ...configuration, mode: 'stages', files: pictures, scratch: task.scratch });
      return { set: name, pack, engine, ...(answer as StageTimes) };
    }),
  );
}

/** What one more face costs in the attribute nets. */
export function measureFaceCost(task: Task): readonly FaceCostRow[] {
  const [picture = ''] = task.sets.find(({ name }) => name === 'group')?.files ?? [];
  return configurations(task).map((configuration) => {
    const { pack, engine } = configuration;
    task.say(`faces: ${pack} ${engine}`);
    const answer = askRunner({ ...configuration, mode: 'faces', files: [picture], scratch: task.scratch });
    const points = answer as FaceCostRow['points'];
    return { pack, engine, msPerFace: slope(points), points };
  });
}

/** One per pack and engine. */
/** Packs as they come. The runner knows those whose files are made here or at set-up. */
function configurations({ contenders }: Task): Configuration[] {
  return contenders.flatMap(({ configuration, jobs }) =>
    configuration &&
    jobs === 1 &&
    configuration.pack !== 'accurate' &&
    configuration.precision === undefined &&
    configuration.variant === undefined
      ? [configuration]
      : [],
  );
}

function askRunner(question: StageQuestion): unknown {
  const file = path.join(question.scratch, 'stages.json');
  writeFileSync(file, JSON.stringify(question));
  return ask(runner('stage-runner.ts', file), question.scratch);
}

/** A command that runs one of the bench's own TypeScript files. */
export function runner(file: string, argument: string): readonly string[] {
  const hooks = path.join(import.meta.dirname, 'run-typescript.js');
  return [process.execPath, '--import', hooks, path.join(import.meta.dirname, file), argument];
}
