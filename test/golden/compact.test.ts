import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { ATTRIBUTE_CHOICES } from '../../src/config.js';
import { compactPack } from '../compact-pack.js';
import type { CompactPack } from '../compact-pack.js';
import { repository } from '../shared.js';
import { agreement, pairFaces } from './agreement.js';
import type { Agreement, GoldenFace, Pair } from './agreement.js';
import { goldenPicture } from './pictures.js';
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
      const golden: GoldenFace = {
        box: bbox,
        score: 1,
        gender: 'male',
        genderProbability: 1,
        age: 0,
        expressions: [],
      };
      expect(pairFaces([golden], [face])[0]!.iou).toBeGreaterThan(0.97);
      expect(Math.abs(face.confidence - confidence)).toBeLessThan(0.01);
      expect(face.attributes.gender).toBe(gender);
      expect(Math.abs(face.attributes.ageYears! - ageYears)).toBeLessThan(0.5);
    }
  });
});

/**
 * What face-api says with its own recipe for crops, `withFaceLandmarks(true).withFaceExpressions().withAgeAndGender()`: see
 * make-face-api.js.
 */
describe('agreement with face-api', async () => {
  const file = path.join(repository, 'test', 'golden', 'face-api-aligned-1.7.15.json');
  const { images } = JSON.parse(await readFile(file, 'utf8')) as {
    images: Record<string, readonly GoldenFace[]>;
  };
  /** Some of the photos stand beside the checkout, or are absent. */
  const photos = Object.entries(images).flatMap(([name, faces]) => {
    const photo = goldenPicture(name);
    return photo === undefined ? [] : [{ photo, faces }];
  });

  let withExpression: CompactPack;
  beforeAll(async () => {
    withExpression = await compactPack(undefined, ATTRIBUTE_CHOICES);
  });

  async function compare(maxDim: number): Promise<Agreement> {
    const pairs: Pair[] = [];
    for (const { photo, faces } of photos) {
      const ours = await tagFile(photo, withExpression, maxDim);
      expect(ours.length, `faces in ${photo}`).toBe(faces.length);
      pairs.push(...pairFaces(faces, ours));
    }
    expect(pairs.length).toBeGreaterThan(20);
    return agreement(pairs);
  }

  // Measured over 43 faces: 2.16 years at 1920 and 2.13 at 720; 42 of the same expression at both.
  it.for([1920, 720])('at a longest side of %d', async (maxDim, { annotate }) => {
    const result = await compare(maxDim);
    expect(result.missedSure).toBe(0);
    expect(result.meanIou).toBeGreaterThanOrEqual(0.9);
    expect(result.sameGenders).toBe(result.sureGenders);
    expect(result.meanAgeDifference).toBeLessThanOrEqual(2.5);
    expect(result.sameExpressions / result.matched).toBeGreaterThanOrEqual(0.95);
    await annotate(JSON.stringify(result));
  });
});
