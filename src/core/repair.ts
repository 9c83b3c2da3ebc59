import type { MissingForm } from '../config.js';
import { rangesOf } from './shares.js';

/** Numbers that a line may hold; more are better read from a list. */
const MOST_WORDS = 200;

/**
 * Shares in the words of what runs them.
 *
 * @param indices rising, from 1.
 * @returns without a line end; empty for no shares. Kubernetes and `slurm0` count from 0.
 */
export function formatShares(form: MissingForm, indices: readonly number[]): string {
  switch (form) {
    case 'slurm':
      return rangesOf(indices).join(',');
    case 'slurm0':
    case 'kubernetes':
      return rangesOf(indices.map((index) => index - 1)).join(',');
    case 'list':
      return indices.join('\n');
  }
}

/** The ready lines that run shares again, one for each way; empty for no shares. */
export function repairLines(indices: readonly number[]): string[] {
  if (indices.length === 0) return [];
  const words =
    indices.length > MOST_WORDS ? ':::: with the list of --missing list' : `::: ${indices.join(' ')}`;
  return [
    `Slurm: sbatch --array=${formatShares('slurm', indices)}`,
    `Kubernetes: completion indexes ${formatShares('kubernetes', indices)}`,
    `GNU parallel: ${words}`,
  ];
}
