import path from 'node:path';
import { expect, it } from 'vitest';
import { repository } from '../shared.js';
import { fuzz } from './fuzz.js';
import type { Answer } from './worker.js';

/** Damage that leaves a file shorter than its pixels: no format lets that pass. */
const CUTS: readonly string[] = ['cut', 'loose bytes and a cut'];

it('200 damaged pictures cost no crash and no time-out, and none that was cut is taken for whole', async () => {
  const answers: Answer[] = [];
  const decoder = path.join(repository, 'dist/adapters/sharp.js');
  for await (const answer of fuzz({
    decoder,
    thorough: true,
    seed: 42,
    count: 200,
    until: Infinity,
    timeoutMs: 30_000,
  })) {
    answers.push(answer);
  }
  expect(answers).toHaveLength(200);
  const bad = answers.filter(({ verdict }) => ['thrown', 'death', 'time-out'].includes(verdict));
  expect(bad).toEqual([]);
  const cut = answers.filter(({ kind }) => CUTS.includes(kind));
  expect(cut.length).toBeGreaterThan(10);
  expect(cut.filter(({ verdict }) => verdict === 'wrong ok')).toEqual([]);
}, 120_000);
