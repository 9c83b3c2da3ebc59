import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ageGroup } from '../../src/core/labels.js';
import type { PictureRecord } from '../../src/core/report.js';
import { evaluate } from '../../src/evaluation/evaluate.js';
import type { Estimate, Share } from '../../src/evaluation/intervals.js';
import { labelsByPicture, type FaceLabel, type LabelSet } from '../../src/evaluation/labels.js';
import { GENDERS } from '../../src/types.js';
import { Random } from '../fuzz/random.js';
import { recordOf, type Said } from './made-records.js';

const script = path.join(import.meta.dirname, 'reference.py');

/** Debian's own Python first: python3-sklearn is of no other. */
const python = ['/usr/bin/python3', 'python3'].find(
  (name) => spawnSync(name, ['-c', 'import sklearn, scipy']).status === 0,
);

/** Pictures with up to five labelled faces each: most found, boxes a little off, some faces extra, some things unsaid. */
function generate(seed: number): { records: PictureRecord[]; labels: LabelSet } {
  const random = new Random(seed);
  const unit = (): number => random.below(10_001) / 10_000;
  const labels: FaceLabel[] = [];
  const records = Array.from({ length: 150 }, (_, picture) => {
    const image = `${picture}`.padStart(3, '0') + '.jpg';
    const said: Said[] = [];
    const faces = random.below(6);
    for (let at = 0; at < faces; at++) {
      const [x, y] = [at * 120, random.below(300)];
      const years = random.below(900) / 10;
      const gender = random.pick(GENDERS);
      labels.push({
        line: labels.length + 2,
        image,
        box: { x1: x, y1: y, x2: x + 100, y2: y + 100 },
        groups: new Map(),
        ...(random.below(8) > 0 && { gender }),
        ...(random.below(8) > 0 && { years, ageGroup: ageGroup(years) }),
      });
      // Two faces on one label compete for it.
      for (let left = random.pick([0, 1, 1, 1, 1, 2]); left > 0; left--) {
        said.push({
          bbox: [x + random.below(30), y + random.below(30), 80 + random.below(40), 80 + random.below(40)],
          confidence: random.below(100) / 100,
          gender: random.below(5) > 0 ? gender : random.pick(GENDERS),
          genderConfidence: 0.5 + unit() / 2,
          years: Math.max(0, Math.round(years * 10 + random.below(200) - 100) / 10),
          ageConfidence: unit(),
        });
      }
    }
    return recordOf(image, ...said);
  });
  return { records, labels: { labels, faceless: new Set(), bad: [], duplicates: [] } };
}

function reference({ records, labels }: ReturnType<typeof generate>): Record<string, unknown> {
  const rows = [...labelsByPicture(labels)].map(([image, own]) => [
    image,
    own.map(({ box, gender, years, ageGroup: group }) => ({
      ...(box && { box: [box.x1, box.y1, box.x2 - box.x1, box.y2 - box.y1] }),
      gender,
      years,
      ageGroup: group,
    })),
  ]);
  const input = JSON.stringify({
    records: Object.fromEntries(records.map(({ image, faces }) => [image, faces])),
    labels: Object.fromEntries(rows) as unknown,
  });
  const { stdout, stderr, status } = spawnSync(python ?? 'python3', [script], { input, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Record<string, unknown>;
}

const shares = (name: string, share: Share | undefined): [string, unknown][] => [
  [name, share?.share],
  [`${name}.low`, share?.low],
  [`${name}.high`, share?.high],
];

const estimates = (name: string, estimate: Estimate | undefined): [string, unknown][] => [
  [name, estimate?.value],
  [`${name}.low`, estimate?.low],
  [`${name}.high`, estimate?.high],
];

async function figures({ records, labels }: ReturnType<typeof generate>): Promise<Record<string, unknown>> {
  const options = { iou: 0.5, match: 'central', by: [], minGroup: 10 } as const;
  const { overall, detection } = await evaluate(records, labels, options);
  const { gender, ageGroup: group, ageYears } = overall;
  return Object.fromEntries([
    ...shares('recall', overall.found),
    ...shares('precision', detection?.precision),
    ['average-precision', detection?.averagePrecision],
    ...shares('gender.accuracy', gender?.accuracy),
    ['gender.recall.Male', gender?.recall.Male?.share],
    ['gender.recall.Female', gender?.recall.Female?.share],
    ['gender.balanced', gender?.balancedAccuracy],
    ['gender.confusion', gender?.confusion.counts],
    ['gender.brier', gender?.calibration.brier],
    ['gender.ece', gender?.calibration.ece],
    ...shares('age.exact', group?.exact),
    ...shares('age.within-one', group?.withinOne),
    ['age.confusion', group?.confusion.counts],
    ['age.brier', group?.calibration?.brier],
    ['age.ece', group?.calibration?.ece],
    ...estimates('age.mae', ageYears?.mae),
    ...estimates('age.cs5', ageYears?.cs5),
  ]);
}

describe.skipIf(!python)('the arithmetic (needs python3-sklearn)', () => {
  it.each([1, 2, 3])('equals scikit-learn, SciPy and NumPy to 1e-9 on generated set %i', async (seed) => {
    const set = generate(seed);
    const expected = reference(set);
    const found = await figures(set);
    expect(Object.keys(found).sort()).toEqual(Object.keys(expected).sort());
    for (const [name, value] of Object.entries(expected)) {
      if (typeof value !== 'number') expect(found[name], name).toEqual(value);
      else
        expect(Math.abs(Number(found[name]) - value), `${name}: ${String(found[name])}`).toBeLessThan(1e-9);
    }
  });
});
