import { describe, expect, it } from 'vitest';
import { formatShares, repairLines } from '../../src/core/repair.js';

const SHARES = [3, 17, 40, 41, 42, 43, 44];

it.each([
  ['slurm', '3,17,40-44'],
  ['slurm0', '2,16,39-43'],
  ['kubernetes', '2,16,39-43'],
  ['list', '3\n17\n40\n41\n42\n43\n44'],
] as const)('shares for %s', (form, text) => {
  expect(formatShares(form, SHARES)).toBe(text);
  expect(formatShares(form, [])).toBe('');
});

describe('the lines that run shares again', () => {
  it('are one for each way, and none for no shares', () => {
    expect(repairLines(SHARES)).toEqual([
      'Slurm: sbatch --array=3,17,40-44',
      'Kubernetes: completion indexes 2,16,39-43',
      'GNU parallel: ::: 3 17 40 41 42 43 44',
    ]);
    expect(repairLines([])).toEqual([]);
  });

  it('stay short for many shares', () => {
    const every = Array.from({ length: 999_999 }, (_, at) => at + 1);
    expect(repairLines(every).join('').length).toBeLessThan(300);
  });
});
