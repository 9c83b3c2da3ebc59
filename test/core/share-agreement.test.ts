import { expect, it } from 'vitest';
import type { DoneShare } from '../../src/core/completion.js';
import { requireOneWhole } from '../../src/core/share-agreement.js';
import type { FolderState } from '../../src/core/shares.js';

const RUN = { pack: 'compact', models: 'sha256:1', settings: 'sha256:2', engine: 'opencv' } as const;

function share(index: number, more: Partial<DoneShare> = {}): FolderState {
  const done = { index, count: 3, pictures: 0, failed: 0, faces: 0, filters: [], run: RUN, ...more };
  return { folder: `out-${index}`, completion: { shares: [done], unfinished: [] }, isBusy: false };
}

/** A share as facetag 0.1.0 noted it. */
function older(index: number): FolderState {
  const done = { index, count: 3, pictures: 0, failed: 0, faces: 0 };
  return { folder: `out-${index}`, completion: { shares: [done], unfinished: [] }, isBusy: false };
}

it('shares that were made alike are parts of one whole, also with some of which that is not known', () => {
  expect(() => {
    requireOneWhole([], 3);
  }).not.toThrow();
  expect(() => {
    requireOneWhole([share(1), older(2), share(3)], 3);
  }).not.toThrow();
  expect(() => {
    requireOneWhole([older(1), share(2), share(3)], undefined);
  }).not.toThrow();
});

it.each<[string, FolderState[], RegExp]>([
  [
    'of another number',
    [share(1), share(2, { count: 5 })],
    /shares of 3 \(--of\) for out-2, received "2\/5"/,
  ],
  ['twice', [share(1), { ...share(1), folder: 'again' }], /share 1\/3 in one folder only.*"out-1","again"/],
  [
    'of other settings',
    [older(1), share(2), share(3, { run: { ...RUN, settings: 'sha256:3' } })],
    /settings of share 2\/3 in out-2 for share 3\/3 in out-3/,
  ],
  [
    'with other pictures left out',
    [share(1), share(2, { filters: ['--hidden'] })],
    /choice of pictures of share 1\/3 in out-1 for share 2\/3 in out-2, received \["--hidden"\]/,
  ],
])('shares %s are refused', (_, folders, message) => {
  expect(() => {
    requireOneWhole(folders, 3);
  }).toThrow(message);
});

it('a share of another number that was only begun is refused too', () => {
  const begun = { paths: ['../photos'], filters: [], shard: { index: 1, count: 5 } };
  const folder = { folder: 'out', completion: { shares: [], unfinished: [begun] }, isBusy: false };
  expect(() => {
    requireOneWhole([folder], 3);
  }).toThrow(/shares of 3 \(--of\) for out, received "1\/5"/);
});
