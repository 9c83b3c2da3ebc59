import { describe, expect, it } from 'vitest';
import type { AutoShard } from '../../src/config.js';
import { shardOfTask } from '../../src/core/scheduler.js';

const AUTO: AutoShard = { auto: true, count: undefined, first: 1 };
const of = (count: number, first: 0 | 1 = 1): AutoShard => ({ auto: true, count, first });

/** A task of a Slurm array as its environment has it. */
function slurm(id: number, min: number, max: number, count: number): Record<string, string> {
  return {
    SLURM_ARRAY_TASK_ID: `${id}`,
    SLURM_ARRAY_TASK_MIN: `${min}`,
    SLURM_ARRAY_TASK_MAX: `${max}`,
    SLURM_ARRAY_TASK_COUNT: `${count}`,
  };
}

describe('a task takes its share', () => {
  it.each<[string, AutoShard, Record<string, string>, number, number]>([
    ['of a Slurm array from 1', AUTO, slurm(3, 1, 16, 16), 3, 16],
    ['of a Slurm array from 0', AUTO, slurm(3, 0, 15, 16), 4, 16],
    ['of a Slurm array that repairs another', of(200), slurm(17, 3, 44, 7), 17, 200],
    ['of such an array from 0', of(200, 0), slurm(0, 0, 0, 1), 1, 200],
    ['of a Slurm task without its array', of(200), { SLURM_ARRAY_TASK_ID: '200' }, 200, 200],
    ['of a Kubernetes Job', of(16), { JOB_COMPLETION_INDEX: '0' }, 1, 16],
    ['of a Kubernetes Job, however it is said', of(16, 0), { JOB_COMPLETION_INDEX: '15' }, 16, 16],
    [
      'of an AWS Batch array',
      AUTO,
      { AWS_BATCH_JOB_ARRAY_INDEX: '9', AWS_BATCH_JOB_ARRAY_SIZE: '10', SLURM_ARRAY_TASK_ID: '' },
      10,
      10,
    ],
  ])('%s', (_, auto, env, index, count) => {
    expect(shardOfTask(auto, env)).toEqual({
      index,
      count,
      from: expect.stringMatching(/^[A-Z_]+$/) as string,
    });
  });

  // Every index of an array of 0..N-1 or 1..N is one share, and none is two.
  it.each([0, 1] as const)('exactly one of each, counted from %i', (first) => {
    const ids = Array.from({ length: 7 }, (_, at) => at + first);
    const plain = ids.map((id) => shardOfTask(AUTO, slurm(id, first, first + 6, 7)).index);
    const given = ids.map((id) => shardOfTask(of(7, first), slurm(id, first, first + 6, 7)).index);
    expect([plain, given]).toEqual([
      [1, 2, 3, 4, 5, 6, 7],
      [1, 2, 3, 4, 5, 6, 7],
    ]);
  });
});

describe('no share is guessed', () => {
  const kubernetes = { JOB_COMPLETION_INDEX: '3' };
  it.each<[string, AutoShard, Record<string, string>, RegExp]>([
    ['without a scheduler', AUTO, {}, /SLURM_ARRAY_TASK_ID, JOB_COMPLETION_INDEX, AWS_.*say --shard K\/N/],
    [
      'with two of them',
      of(200),
      { ...slurm(7, 1, 9, 9), ...kubernetes },
      /SLURM_ARRAY_TASK_ID=7 and JOB_COMPLETION_INDEX=3/,
    ],
    ['of an array with gaps', AUTO, slurm(17, 3, 44, 7), /auto\/N.*an array of 7 from 3 to 44/],
    ['of a stepped array', AUTO, slurm(3, 1, 9, 5), /auto\/N/],
    ['of an array that begins later', AUTO, slurm(40, 40, 44, 5), /auto\/N.*from 40 to 44/],
    ['of a Slurm task without its array', AUTO, { SLURM_ARRAY_TASK_ID: '3' }, /auto\/N/],
    ['where Kubernetes tells no count', AUTO, kubernetes, /auto\/N.*completions/],
    ['where AWS Batch tells no size', AUTO, { AWS_BATCH_JOB_ARRAY_INDEX: '3' }, /auto\/N/],
    ['from index 0 of indexes from 1', of(200), slurm(0, 0, 199, 200), /1\.\.200.*auto0\/200.*received 0/],
    ['from index N of indexes from 0', of(200, 0), slurm(200, 1, 200, 200), /0\.\.199.*auto\/200/],
    ['beyond the completions', of(3), kubernetes, /0\.\.2 for JOB_COMPLETION_INDEX, received 3/],
    ['from what is no index', of(3), { SLURM_ARRAY_TASK_ID: '-1' }, /a whole number for SLURM/],
  ])('%s', (_, auto, env, message) => {
    expect(() => shardOfTask(auto, env)).toThrow(message);
  });
});
