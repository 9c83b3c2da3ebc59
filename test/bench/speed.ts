import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Contender, PackName } from './contenders.js';
import type { PictureSet, SetName } from './pictures.js';
import { measureSuccess, writeList } from './run.js';
import { median } from './statistics.js';

/** What the sections that run whole programs are given. */
export interface Task {
  readonly contenders: readonly Contender[];
  readonly sets: readonly PictureSet[];
  readonly rounds: number;
  readonly scratch: string;
  readonly say: (text: string) => void;
}

/** Whose figures a row has. */
export interface RowKey {
  readonly set: SetName;
  readonly contender: string;
  readonly pack: PackName;
  readonly peer: boolean;
}

/**
 * One contender on one set in the steady state: the slope between two list lengths, so that start-up is left out.
 * Each figure is the median of the rounds.
 */
export interface SpeedRow extends RowKey {
  /** The two list lengths. */
  readonly pictures: readonly [number, number];
  readonly picturesPerSecond: number;
  /** Lowest and highest pictures a second of the rounds. */
  readonly range: readonly [number, number];
  /** User and system time of the whole process tree. */
  readonly cpuMsPerPicture: number;
  readonly facesPerPicture: number;
  /** Pictures a second over the peer's with the same pack, median of each round's ratio. Null for peers and without one. */
  readonly ratio: number | null;
}

/** One contender on one set, and what it did in each round. */
interface Cell {
  readonly contender: Contender;
  readonly set: PictureSet;
  readonly lists: readonly [string, string];
  readonly pictures: readonly [number, number];
  readonly facesPerPicture: number;
  readonly rounds: { readonly perSecond: number; readonly cpuMs: number }[];
}

/** @param seconds aim for the run over the longer list. */
export function measureSpeed(task: Task, seconds: number): readonly SpeedRow[] {
  const { contenders, sets, rounds, say } = task;
  return sets.flatMap((set) => {
    say(`speed: ${set.name}: first look`);
    const cells = contenders.map((contender) => prepare(contender, set, seconds, task.scratch));
    for (let round = 0; round < rounds; round += 1) {
      say(`speed: ${set.name}: round ${round + 1} of ${rounds}`);
      // Each round begins with another one, and then goes round.
      for (const cell of [...cells.slice(round % cells.length), ...cells.slice(0, round % cells.length)]) {
        cell.rounds.push(runOnce(cell));
      }
    }
    return cells.map((cell) => summarize(cell, peerOf(cell, cells)));
  });
}

/**
 * Finds out how many pictures fill the time. Whole periods of the set, so that the same work lies between the two list
 * lengths for every contender. Also warms the page cache.
 */
function prepare(contender: Contender, set: PictureSet, seconds: number, scratch: string): Cell {
  const write = (count: number): string => writeList(scratch, set.name, set.files.slice(0, count));
  const { period } = set;
  const records = path.join(scratch, 'records.jsonl');
  const usage = measureSuccess(contender.command(write(period)), { records });
  const perSecond = (period - 1) / (usage.wall - (usage.firstLine ?? 0));
  const few = 2 * contender.jobs;
  const room = Math.floor((set.files.length - few) / period);
  const many = few + period * Math.max(1, Math.min(room, Math.round((perSecond * seconds) / period)));
  return {
    contender,
    set,
    lists: [write(few), write(many)],
    pictures: [few, many],
    facesPerPicture: countFaces(records) / period,
    rounds: [],
  };
}

function runOnce({ contender, lists, pictures }: Cell): Cell['rounds'][number] {
  const few = measureSuccess(contender.command(lists[0]));
  const many = measureSuccess(contender.command(lists[1]));
  const count = pictures[1] - pictures[0];
  return {
    perSecond: count / (many.wall - few.wall),
    cpuMs: ((many.user + many.sys - few.user - few.sys) / count) * 1000,
  };
}

function countFaces(records: string): number {
  return readFileSync(records, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .reduce((sum, line) => sum + (JSON.parse(line) as { faces: unknown[] }).faces.length, 0);
}

function peerOf({ contender }: Cell, cells: readonly Cell[]): Cell | undefined {
  if (contender.peer) return undefined;
  return cells.find((other) => other.contender.peer && other.contender.pack === contender.pack);
}

function summarize({ contender, set, pictures, facesPerPicture, rounds }: Cell, peer?: Cell): SpeedRow {
  const perSecond = rounds.map((round) => round.perSecond);
  const ratios = peer?.rounds.map((other, index) => (perSecond[index] ?? NaN) / other.perSecond);
  return {
    ...rowKey(set, contender),
    pictures,
    picturesPerSecond: median(perSecond),
    range: [Math.min(...perSecond), Math.max(...perSecond)],
    cpuMsPerPicture: median(rounds.map((round) => round.cpuMs)),
    facesPerPicture,
    ratio: ratios ? median(ratios) : null,
  };
}

export function rowKey(set: PictureSet, { name, pack, peer }: Contender): RowKey {
  return { set: set.name, contender: name, pack, peer };
}
