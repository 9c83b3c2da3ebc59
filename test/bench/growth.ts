import { existsSync, linkSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { facetagBin } from './contenders.js';
import type { Contender } from './contenders.js';
import type { PictureSet } from './pictures.js';
import { measureSuccess } from './run.js';
import type { Usage } from './run.js';
import type { Task } from './speed.js';
import { median } from './statistics.js';

/** One folder size. Start-up is left out of the figures a picture by taking off a run over a small folder. */
export interface GrowthRow {
  readonly pictures: number;
  /** The whole run, records and CSV written. */
  readonly seconds: number;
  readonly msPerPicture: number;
  /** Of the process tree. */
  readonly cpuMsPerPicture: number;
  /** The same command again: every picture is unchanged. */
  readonly rerunSeconds: number;
}

interface Turn {
  readonly first: Usage;
  readonly again: Usage;
}

/** Pictures in the folder whose time stands for the start-up. */
const BASE = 10;

/** Runs of every folder but the largest, which takes minutes. */
const REPEATS = 3;

const PER_FOLDER = 500;

/** @param sizes pictures, ascending. @param set its files are linked under other names. */
export function measureGrowth(task: Task, sizes: readonly number[], set: PictureSet): readonly GrowthRow[] {
  const folder = path.join(task.scratch, 'growth');
  const largest = Math.max(...sizes);
  const turns = new Map<number, Turn[]>([BASE, ...sizes].map((size) => [size, []]));
  for (let repeat = 0; repeat < REPEATS; repeat += 1) {
    for (const [size, done] of turns) {
      // Between the others, so that a machine that warms up or slows down favours none.
      if (size === largest && repeat !== Math.floor(REPEATS / 2)) continue;
      task.say(`growth: ${size} pictures`);
      const input = linkPictures(path.join(folder, String(size)), set, size);
      done.push(takeTurn(command(task.contenders, input, path.join(folder, 'out')), folder));
    }
  }
  rmSync(folder, { recursive: true, force: true });
  return sizes.map((size) => summarize(size, turns.get(size) ?? [], turns.get(BASE) ?? []));
}

/** The quickest configuration that runs here: the largest folder takes minutes. */
function command(contenders: readonly Contender[], input: string, output: string): readonly string[] {
  const quick = contenders.some(
    ({ configuration }) =>
      configuration?.pack === 'compact' &&
      configuration.engine === 'onnxruntime' &&
      configuration.precision === undefined &&
      configuration.variant === undefined,
  );
  const engine = quick ? 'onnxruntime' : 'opencv';
  return [process.execPath, facetagBin, input, '-o', output, '-j', '2', '--engine', engine, '--no-progress'];
}

function takeTurn(run: readonly string[], folder: string): Turn {
  rmSync(path.join(folder, 'out'), { recursive: true, force: true });
  return { first: measureSuccess(run), again: measureSuccess(run) };
}

function linkPictures(folder: string, { files }: PictureSet, count: number): string {
  for (let index = 0; index < count; index += 1) {
    const inner = path.join(folder, String(Math.floor(index / PER_FOLDER)));
    if (index % PER_FOLDER === 0) mkdirSync(inner, { recursive: true });
    const link = path.join(inner, `${index}.jpg`);
    const source = files[index % files.length];
    if (source !== undefined && !existsSync(link)) linkSync(source, link);
  }
  return folder;
}

function summarize(size: number, turns: readonly Turn[], base: readonly Turn[]): GrowthRow {
  const wall = ({ first }: Turn): number => first.wall;
  const cpu = ({ first }: Turn): number => first.user + first.sys;
  const perPicture = (of: (turn: Turn) => number): number =>
    ((median(turns.map(of)) - median(base.map(of))) / (size - BASE)) * 1000;
  return {
    pictures: size,
    seconds: median(turns.map(wall)),
    msPerPicture: perPicture(wall),
    cpuMsPerPicture: perPicture(cpu),
    rerunSeconds: median(turns.map(({ again }) => again.wall)),
  };
}
