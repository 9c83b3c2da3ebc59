import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { compactPack } from '../compact-pack.js';
import type { CompactPack } from '../compact-pack.js';
import { repository, shared } from '../shared.js';
import { agreement, pairFaces } from './agreement.js';
import type { Agreement, GoldenFace, Pair } from './agreement.js';
import { tagFile } from './tag.js';

let pack: CompactPack;
beforeAll(async () => {
  pack = await compactPack();
});

interface ExpectedFace {
  readonly bbox: readonly [number, number, number, number];
  readonly confidence: number;
  readonly gender: string;
  readonly ageYears: number;
}

describe('our own goldens', async () => {
  const file = path.join(repository, 'fixtures', 'expected', 'compact.json');
  const expected = JSON.parse(await readFile(file, 'utf8')) as Record<string, readonly ExpectedFace[]>;

  // Tolerances: other processors and OpenCV versions round otherwise.
  it.each(Object.entries(expected))('%s has the faces it had', async (name, wanted) => {
    const faces = await tagFile(path.join(repository, 'fixtures', 'images', name), pack, 720);
    expect(faces).toHaveLength(wanted.length);
    for (const [index, { bbox, confidence, gender, ageYears }] of wanted.entries()) {
      const face = faces[index]!;
      const golden: GoldenFace = { box: bbox, score: 1, gender: 'male', genderProbability: 1, age: 0 };
      expect(pairFaces([golden], [face])[0]!.iou).toBeGreaterThan(0.97);
      expect(Math.abs(face.confidence - confidence)).toBeLessThan(0.01);
      expect(face.attributes.gender).toBe(gender);
      expect(Math.abs(face.attributes.ageYears! - ageYears)).toBeLessThan(0.5);
    }
  });
});

const goldenFile = shared('golden/face-api-1.7.15.json');

describe.skipIf(goldenFile === undefined)('agreement with face-api (needs ../shared/golden)', () => {
  it('at a longest side of 1920', async ({ annotate }) => {
    const result = await compare(1920);
    await annotate(JSON.stringify(result));
    expect(result.missedSure).toBe(0);
    expect(result.meanIou).toBeGreaterThanOrEqual(0.9);
    expect(result.sameGenders).toBe(result.sureGenders);
    expect(result.meanAgeDifference).toBeLessThanOrEqual(2.5);
  });

  it('at the default longest side of 720', async ({ annotate }) => {
    const result = await compare(720);
    await annotate(JSON.stringify(result));
    expect(result.missedSure).toBe(0);
    expect(result.meanIou).toBeGreaterThanOrEqual(0.9);
    expect(result.sameGenders).toBe(result.sureGenders);
    // face-api cuts its faces from the full-size picture: ours have less detail.
    expect(result.meanAgeDifference).toBeLessThanOrEqual(4);
  });
});

async function compare(maxDim: number): Promise<Agreement> {
  const golden = JSON.parse(await readFile(goldenFile!, 'utf8')) as {
    images: Record<string, { faces: readonly GoldenFace[] }>;
  };
  const pairs: Pair[] = [];
  for (const [name, { faces }] of Object.entries(golden.images)) {
    const ours = await tagFile(photo(name), pack, maxDim);
    expect(ours.length, `faces in ${name}`).toBe(faces.length);
    pairs.push(...pairFaces(faces, ours));
  }
  expect(pairs.length).toBeGreaterThan(40);
  return agreement(pairs);
}

/** The golden's photos are in two places. */
function photo(name: string): string {
  const sample = path.join(repository, 'node_modules/@vladmandic/face-api/demo', name);
  return existsSync(sample) ? sample : shared(`photos/${name}`)!;
}
