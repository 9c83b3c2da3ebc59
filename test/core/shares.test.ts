import { describe, expect, it } from 'vitest';
import { NOTHING_BEGUN, type Completion } from '../../src/core/completion.js';
import {
  doubleShare,
  missingShares,
  rangesOf,
  sharesToRepeat,
  whatIsMissing,
  type FolderState,
} from '../../src/core/shares.js';

const share = (index: number, count: number) => ({ index, count, pictures: 1, failed: 0, faces: 1 });
const folder = (name: string, completion: Completion, isBusy = false): FolderState => ({
  folder: name,
  completion,
  isBusy,
});
const done = (index: number, count: number): FolderState =>
  folder(`out-${index}`, { shares: [share(index, count)], unfinished: [] });

it.each([
  [[], []],
  [[3], ['3']],
  [
    [3, 17, 40, 41, 42, 43, 44],
    ['3', '17', '40-44'],
  ],
  [[1, 2], ['1-2']],
])('%j is written %j', (numbers, ranges) => {
  expect(rangesOf(numbers)).toEqual(ranges);
});

describe('what is missing', () => {
  it('is nothing of whole results, and of all the shares', () => {
    expect(whatIsMissing([folder('a', NOTHING_BEGUN), folder('b', NOTHING_BEGUN)])).toEqual([]);
    expect(whatIsMissing([done(2, 2), done(1, 2), folder('more', NOTHING_BEGUN)])).toEqual([]);
    expect(whatIsMissing([folder('both', { shares: [share(1, 2), share(2, 2)], unfinished: [] })])).toEqual(
      [],
    );
  });

  it('is told by number, for each number of shares', () => {
    expect(whatIsMissing([done(2, 4)])).toEqual(['Shares 1, 3-4 of 4 are missing']);
    expect(whatIsMissing([done(1, 2), done(2, 3), done(1, 3)])).toEqual([
      'Share 2 of 2 is missing',
      'Share 3 of 3 is missing',
    ]);
  });

  it('is what was begun, with what to run again; that share is not told of twice', () => {
    const begun = { paths: ['../photos'], filters: [], shard: { index: 1, count: 2 } };
    expect(whatIsMissing([folder('out-1', { shares: [], unfinished: [begun] }), done(2, 2)])).toEqual([
      'out-1 is not finished: run its command again (../photos --shard 1/2)',
    ]);
    const stopped = { ...begun, stopped: { by: 'SIGTERM', pictures: 40, done: 12 } } as const;
    expect(whatIsMissing([folder('out-1', { shares: [], unfinished: [stopped] }), done(2, 2)])).toEqual([
      'out-1 is not finished: run its command again (../photos --shard 1/2, stopped by SIGTERM after 12 of 40 pictures)',
    ]);
    expect(whatIsMissing([folder('out', NOTHING_BEGUN, true)])).toEqual([
      'A run is writing to out, or was killed there: let it finish, or run its command again',
    ]);
  });
});

describe('of a number that is given', () => {
  it('shares are missing that nothing tells of', () => {
    expect(whatIsMissing([], 3)).toEqual(['Shares 1-3 of 3 are missing']);
    expect(whatIsMissing([done(1, 4), done(2, 4)], 4)).toEqual(['Shares 3-4 of 4 are missing']);
    expect(whatIsMissing([folder('whole', NOTHING_BEGUN)], 1)).toEqual(['Share 1 of 1 is missing']);
    expect(missingShares([done(1, 2), done(2, 2)], 2)).toEqual([]);
  });
});

describe('what is to be run again', () => {
  const begun = (index: number, count: number): FolderState => {
    const request = { paths: ['../photos'], filters: [], shard: { index, count } };
    return folder(`begun-${index}`, { shares: [], unfinished: [request] });
  };

  it('is what is missing and what is unfinished, also when another folder has it', () => {
    expect(sharesToRepeat([done(2, 4), begun(3, 4)])).toEqual([{ count: 4, indices: [1, 3, 4] }]);
    expect(sharesToRepeat([done(1, 2), done(2, 2), begun(2, 2)], 2)).toEqual([{ count: 2, indices: [2] }]);
    expect(sharesToRepeat([begun(1, 1)])).toEqual([{ count: 1, indices: [1] }]);
    expect(sharesToRepeat([], 2)).toEqual([{ count: 2, indices: [1, 2] }]);
    expect(sharesToRepeat([done(1, 2), done(2, 2)], 2)).toEqual([]);
  });

  it('is what is being written to', () => {
    const busy = { ...done(2, 2), isBusy: true };
    expect(sharesToRepeat([done(1, 2), busy], 2)).toEqual([{ count: 2, indices: [2] }]);
  });
});

it('a share in two folders is found, and a folder that is named twice', () => {
  expect(doubleShare([done(1, 2), done(2, 2), done(1, 3)])).toBeUndefined();
  const again = { ...done(1, 2), folder: 'again' };
  expect(doubleShare([done(1, 2), done(2, 2), again])).toEqual({ share: '1/2', folders: ['out-1', 'again'] });
  expect(doubleShare([done(1, 2), done(1, 2)])).toEqual({ share: '1/2', folders: ['out-1', 'out-1'] });
});
