import { spawnSync } from 'node:child_process';
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
  /** The first of the pictures as HEIC; absent where Debian's heif-enc is not installed. */
  readonly heic?: DecodeTimes;
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
    ...measureHeic(set, rounds, scratch),
  };
}

function measureHeic(set: PictureSet, rounds: number, scratch: string): Pick<DecodeResult, 'heic'> {
  const heic = path.join(scratch, 'large.heic');
  // About the size that a phone gives 12 megapixels.
  const made = spawnSync('heif-enc', ['-q', '60', set.files[0] ?? '', '-o', heic]);
  if (made.status !== 0) return {};
  const list = writeList(scratch, 'heic', [heic]);
  const turns = Array.from(
    { length: rounds },
    () => ask(runner('decode-runner.ts', list), scratch) as DecodeTimes,
  );
  return {
    heic: {
      wallMs: median(turns.map(({ wallMs }) => wallMs)),
      cpuMs: median(turns.map(({ cpuMs }) => cpuMs)),
    },
  };
}
