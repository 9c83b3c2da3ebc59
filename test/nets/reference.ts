import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { repository } from '../shared.js';

/** Debian's own Python: the one that python3-opencv belongs to. */
const PYTHON = '/usr/bin/python3';

export const hasReference = spawnSync(PYTHON, ['-c', 'import cv2'], { stdio: 'ignore' }).status === 0;

export interface ReferenceFace {
  readonly box: readonly [number, number, number, number];
  readonly confidence: number;
  readonly gender: string;
  readonly genderProbabilities: readonly number[];
  readonly age: string;
  readonly ageProbabilities: readonly number[];
}

export interface ReferenceFiles {
  /** Weights and definition. */
  readonly detector: readonly [string, string];
  readonly gender: readonly [string, string];
  readonly age: readonly [string, string];
}

/** What test/bench/reference.py finds in each picture. */
export function runReference(
  files: ReferenceFiles,
  pictures: readonly string[],
  minConfidence: number,
): ReferenceFace[][] {
  const script = path.join(repository, 'test', 'bench', 'reference.py');
  const nets = Object.entries(files).flatMap(([name, pair]) => [`--${name}`, ...(pair as readonly string[])]);
  const result = spawnSync(
    PYTHON,
    [script, ...nets, '--min-confidence', String(minConfidence), ...pictures],
    { encoding: 'utf8', maxBuffer: 1 << 26 },
  );
  if (result.status !== 0) throw new Error(result.stderr);
  return result.stdout
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { faces: ReferenceFace[] }).faces);
}
