import path from 'node:path';
import { debianPython } from './contenders.js';
import type { PictureSet } from './pictures.js';
import { ask, writeList } from './run.js';
import type { Task } from './speed.js';
import { runner } from './stages.js';
import { median } from './statistics.js';

/** Median milliseconds a picture. */
export interface DecodeTimes {
  readonly wallMs: number;
  readonly cpuMs: number;
}

export interface DecodeResult {
  readonly ours: DecodeTimes;
  readonly reference: DecodeTimes;
  /** Wall time of ours over the reference's, median of each round's ratio. */
  readonly ratio: number;
}

const PICTURES = 24;

/** Our decoder against imread and INTER_AREA on the same files, in turns. */
export function measureDecode({ rounds, scratch, say }: Task, set: PictureSet): DecodeResult {
  say(`decode: ${set.name}`);
  const list = writeList(scratch, set.name, set.files.slice(0, PICTURES));
  const reference = [debianPython, path.join(import.meta.dirname, 'decode_reference.py'), list];
  const turns = Array.from({ length: rounds }, () => ({
    ours: ask(runner('decode-runner.ts', list), scratch) as DecodeTimes,
    reference: ask(reference, scratch) as DecodeTimes,
  }));
  const middle = (whose: 'ours' | 'reference'): DecodeTimes => ({
    wallMs: median(turns.map((turn) => turn[whose].wallMs)),
    cpuMs: median(turns.map((turn) => turn[whose].cpuMs)),
  });
  return {
    ours: middle('ours'),
    reference: middle('reference'),
    ratio: median(turns.map((turn) => turn.ours.wallMs / turn.reference.wallMs)),
  };
}
