import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadOpenCv } from '../../src/adapters/opencv.js';
import { createPictures } from '../../src/adapters/sharp.js';
import { pixelBox } from '../../src/core/box.js';
import { toAttributes } from '../../src/core/estimates.js';
import { buildPack } from '../../src/nets/build.js';
import type { BuiltPack } from '../../src/nets/build.js';
import type { PackSpec } from '../../src/packs/spec.js';
import type { Face, Raster } from '../../src/types.js';
import { classicPack, writeClassicModels } from '../convert/caffe/classic-models.js';
import { repository, shared } from '../shared.js';
import { hasReference, runReference } from './reference.js';
import type { ReferenceFace } from './reference.js';

/** Real photos, and the real detector, which finds faces in them. */
const real = shared('photos') !== undefined && shared('models/opencv_face_detector_uint8.pb') !== undefined;
const photos = shared('photos') ?? path.join(repository, 'fixtures', 'images');
const detectors = real ? ['res10-uint8', 'res10', 'res10-fp16'] : ['res10'];

const { imaging, engine } = loadOpenCv();
let folder: string;
let pictures: string[];

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'facetag-parity-'));
  await writeClassicModels(path.join(folder, 'classic'));
  pictures = await losslessPictures(folder);
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Each photo, its mirror image and a smaller one as PNG of at most 720 px, so that no decoder makes a difference. */
async function losslessPictures(into: string): Promise<string[]> {
  const made: string[] = [];
  for (const name of (await readdir(photos)).filter((file) => /\.(png|jpe?g)$/.test(file))) {
    for (const [variant, size] of [
      ['plain', 720],
      ['mirror', 720],
      ['small', 400],
    ] as const) {
      const image = sharp(path.join(photos, name)).resize(size, size, {
        fit: 'inside',
        withoutEnlargement: true,
      });
      const file = path.join(into, `${variant}-${name}.png`);
      await (variant === 'mirror' ? image.flop() : image)
        .toColourspace('srgb')
        .removeAlpha()
        .png()
        .toFile(file);
      made.push(file);
    }
  }
  return made;
}

async function rasterOf(file: string): Promise<Raster> {
  const decoder = createPictures();
  const { raster } = await decoder.decode(await readFile(file), {
    maxDim: 720,
    maxPixels: 1e6,
    maxMemory: 2e9,
    thorough: false,
  });
  return raster;
}

async function facesIn(pack: BuiltPack, raster: Raster): Promise<Face[]> {
  const detections = await pack.detector.detect(raster);
  const boxes = detections.map(({ box }) => box);
  const estimates = await pack.attributes.estimate(raster, boxes);
  return detections.map((detection, i) => ({ ...detection, attributes: toAttributes(estimates[i]!) }));
}

/** Largest difference of any box edge in pixels, and of any probability. */
function differences(
  ours: Face,
  theirs: ReferenceFace,
  raster: Raster,
): { box: number; probability: number } {
  const { x1, y1, x2, y2 } = pixelBox(ours.box, raster.width, raster.height);
  const distance = (a: readonly number[], b: readonly number[]): number =>
    Math.max(...a.map((value, i) => Math.abs(value - (b[i] ?? Infinity))));
  return {
    box: distance([x1, y1, x2, y2], theirs.box),
    probability: Math.max(
      Math.abs(ours.confidence - theirs.confidence),
      Math.abs(ours.attributes.genderConfidence - Math.max(...theirs.genderProbabilities)),
      distance(ours.attributes.ageDistribution ?? [], theirs.ageProbabilities),
    ),
  };
}

describe.skipIf(!hasReference)('the classic pack against reference.py (needs python3-opencv)', () => {
  // The sizes that a detector of random weights gives are infinite, which fails a picture.
  it.skipIf(!real).for(detectors)(
    '%s: same boxes to the pixel, same labels, same probabilities (needs ../shared)',
    async (detector, { annotate }) => {
      const minConfidence = 0.5;
      const { lanePack, reference } = await classicPack(path.join(folder, 'classic'), detector);
      // The detectors differ in their files alone: one look at every picture is enough, the others see the plain ones.
      const chosen = pictures.filter(
        (file) => detector === detectors[0] || path.basename(file).startsWith('plain'),
      );
      const expected = runReference(reference, chosen, minConfidence);
      const pack = await buildPack(lanePack, { imaging, engine, minConfidence });
      const worst = { box: 0, probability: 0 };
      let faces = 0;
      for (const [i, picture] of chosen.entries()) {
        const raster = await rasterOf(picture);
        const found = await facesIn(pack, raster);
        const theirs = expected[i] ?? [];
        expect(found.length, picture).toBe(theirs.length);
        expect(found.map(({ attributes }) => [attributes.gender, attributes.age])).toEqual(
          theirs.map(({ gender, age }) => [gender, age]),
        );
        for (const [n, face] of found.entries()) {
          const difference = differences(face, theirs[n]!, raster);
          worst.box = Math.max(worst.box, difference.box);
          worst.probability = Math.max(worst.probability, difference.probability);
          faces += 1;
        }
      }
      await annotate(`${chosen.length} pictures, ${faces} faces, ${JSON.stringify(worst)}`);
      expect(faces).toBeGreaterThan(0);
      expect(worst.box).toBe(0);
      expect(worst.probability).toBeLessThan(1e-4);
    },
  );
});

describe('the classic pack', () => {
  it('gives the same answers one face at a time and in batches', async () => {
    const { lanePack } = await classicPack(path.join(folder, 'classic'), detectors[0]!);
    const raster = await rasterOf(pictures[0]!);
    const { width, height } = raster;
    const boxes = Array.from({ length: 9 }, (_, i) => ({
      x1: (i * width) / 12,
      y1: (i * height) / 14,
      x2: (i * width) / 12 + 60 + i,
      y2: (i * height) / 14 + 80 - i,
    }));
    const spec = lanePack.spec as PackSpec;
    const padded = spec.estimators.map((each) => ({ ...each, crop: { ...each.crop, padding: 0.2 } }));
    const pack = { ...lanePack, spec: { ...spec, estimators: padded } };
    const { attributes } = await buildPack(pack, { imaging, engine, minConfidence: 0.5 });
    const together = await attributes.estimate(raster, boxes);
    for (const [i, box] of boxes.entries()) {
      const [alone] = await attributes.estimate(raster, [box]);
      expect(toAttributes(alone!).age).toBe(toAttributes(together[i]!).age);
      alone?.ageDistribution?.forEach((share, n) => {
        expect(share).toBeCloseTo(together[i]?.ageDistribution?.[n] ?? NaN, 5);
      });
    }
    expect(new Set(together.map((estimates) => toAttributes(estimates).age)).size).toBeGreaterThan(1);
  });

  it.skipIf(!real)(
    'finds the faces of the demo photos and no box that leaves the frame (needs ../shared)',
    async () => {
      const { lanePack } = await classicPack(path.join(folder, 'classic'), 'res10-uint8');
      const { detector } = await buildPack(lanePack, { imaging, engine, minConfidence: 0.5 });
      const count = async (name: string): Promise<number> => {
        const raster = await rasterOf(path.join(photos, name));
        return (await detector.detect(raster)).length;
      };
      expect(await count('astronaut.png')).toBe(1);
      expect(await count('camera.png')).toBe(1);
      expect(await count('cgi-model-1.jpg')).toBe(1);
      expect(await count('home.jpg')).toBe(0);
    },
  );

  it('refuses a net whose classes are not those of its labels', async () => {
    const { lanePack } = await classicPack(path.join(folder, 'classic'), detectors[0]!);
    const nets = { ...lanePack.nets, 'age_net.caffemodel': lanePack.nets['gender_net.caffemodel']! };
    const building = buildPack({ ...lanePack, nets }, { imaging, engine, minConfidence: 0.5 });
    await expect(building).rejects.toMatchObject({ code: 'MODEL_CORRUPT' });
    await expect(building).rejects.toThrow('tells 2 classes apart, but the manifest has 8 labels');
  });

  it('refuses weights that do not fit their definition', async () => {
    const { lanePack } = await classicPack(path.join(folder, 'classic'), detectors[0]!);
    const { 'age_net.caffemodel': age, 'gender_net.caffemodel': gender } = lanePack.nets;
    const nets = { ...lanePack.nets, 'age_net.caffemodel': { ...age!, weights: gender!.weights } };
    const building = buildPack({ ...lanePack, nets }, { imaging, engine, minConfidence: 0.5 });
    await expect(building).rejects.toMatchObject({ code: 'MODEL_CORRUPT' });
  });
});
