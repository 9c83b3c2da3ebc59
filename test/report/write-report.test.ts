import { describe, expect, it } from 'vitest';
import type { PictureRecord } from '../../src/core/report.js';
import type { ProgressState, ReportFolder } from '../../src/ports.js';
import { writeReport } from '../../src/report/write-report.js';
import { LeftOut } from '../../src/results/read-records.js';
import type { Results } from '../../src/results/with-results.js';
import { okRecord } from '../records.js';

const IMAGES = Array.from({ length: 10 }, (_, index) => `${index}.jpg`);

/** Results of which these match. */
function resultsOf(matching: readonly string[]): Results {
  return {
    folder: '/out',
    roots: { base: '/photos' },
    images: IMAGES,
    async *records(): AsyncGenerator<PictureRecord> {
      for (const image of matching) {
        yield okRecord(image);
        await Promise.resolve();
      }
    },
    pictureOf: (image) => `/photos/${image}`,
    leftOut: new LeftOut(),
  };
}

const folder: ReportFolder = {
  path: '/out/report',
  root: { path: '/out/report', identity: '' },
  files: () => Promise.resolve([]),
  read: () => Buffer.alloc(0),
  write: () => Promise.resolve(),
  remove: () => undefined,
  removeIfEmpty: () => undefined,
};

describe('the progress of a report', () => {
  it.each([
    ['all', undefined, IMAGES],
    ['those that match', 'faces > 0', IMAGES.slice(2, 5)],
  ])('comes to the number of %s', async (_, where, matching) => {
    const seen: { total?: number | undefined; last?: ProgressState } = {};
    const progress = {
      start: (total: number | undefined) => (seen.total = total),
      update: (state: ProgressState) => (seen.last = state),
      stop: () => undefined,
    };
    const report = { width: 1, height: 1, scale: 1, faces: [] };
    const lanes = {
      process: () => Promise.resolve({ kind: 'report', retried: false, report } as const),
      stats: { retried: 0, replaced: 0, peakLaneBytes: 0 },
    };
    const stop = { throwIfInterrupted: () => undefined };
    const ports = { folder, lanes, code: { script: '', style: '' }, progress, stop };
    await writeReport(resultsOf(matching), { inline: false, copies: false, where, version: '1' }, ports);
    expect(seen.total).toBe(matching.length);
    expect(seen.last?.done).toBe(matching.length);
  });
});
