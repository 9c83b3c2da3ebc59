import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importRuntime, loadOnnxRuntime, tryOnnxRuntime } from '../../src/adapters/onnxruntime.js';
import { loadOpenCv } from '../../src/adapters/opencv.js';
import { createPictures } from '../../src/adapters/sharp.js';
import type { BlobSpec, Engine, Imaging } from '../../src/ports.js';
import type { Raster } from '../../src/types.js';
import { compactPack, compactSpec, modelFile } from '../compact-pack.js';
import { tagFile } from '../golden/tag.js';
import { repository } from '../shared.js';

let imaging: Imaging;
let engines: readonly [Engine, Engine];
beforeAll(async () => {
  await compactSpec();
  const cv = loadOpenCv();
  imaging = cv.imaging;
  engines = [cv.engine, await loadOnnxRuntime()];
});

const photo = path.join(repository, 'fixtures/images/astronaut.png');

async function astronaut(): Promise<Raster> {
  const decoder = createPictures();
  return (
    await decoder.decode(await readFile(photo), {
      maxDim: 512,
      maxPixels: 1e8,
      maxMemory: 2e9,
      thorough: false,
    })
  ).raster;
}

/** The largest difference between the engines, output by output. */
async function differences(
  weights: string,
  outputs: readonly string[],
  rows: number,
  spec: BlobSpec,
): Promise<readonly number[]> {
  const image = imaging.load(await astronaut());
  const offsets = Array.from({ length: rows }, (_, row) => row * 10);
  const crops = offsets.map((x) => image.crop({ x1: x, y1: x, x2: 400 + x, y2: 400 + x }));
  const blob = imaging.blob(crops, spec);
  const [ours, theirs] = await Promise.all(
    engines.map(async (engine) => (await engine.loadNet({ format: 'onnx', weights })).forward(blob, outputs)),
  );
  for (const each of [image, ...crops, blob]) each.release();
  return ours!.map((values, output) => {
    expect(theirs![output]).toHaveLength(values.length);
    return values.reduce(
      (worst, value, index) => Math.max(worst, Math.abs(value - theirs![output]![index]!)),
      0,
    );
  });
}

describe('gives what OpenCV gives, within 1e-3', () => {
  const detector = { scale: 1 / 127.5, mean: [127.5, 127.5, 127.5], bgr: false } as const;
  const face = {
    width: 112,
    height: 112,
    scale: 1 / 255,
    mean: [122.782, 117.001, 104.298],
    bgr: false,
  } as const;

  it.each([
    ['square', 512, 512, 1],
    ['landscape', 512, 384, 1],
    ['portrait', 320, 512, 1],
    ['two rows', 256, 192, 2],
  ])('for the detector: %s', async (_, width, height, rows) => {
    const worst = await differences(modelFile.detector, ['boxes', 'scores'], rows, {
      ...detector,
      width,
      height,
    });
    for (const difference of worst) expect(difference).toBeLessThan(1e-3);
  });

  it.each([1, 2, 3, 4])('for age and gender: %d faces', async (rows) => {
    const worst = await differences(modelFile.ageGender, ['age', 'gender'], rows, face);
    for (const difference of worst) expect(difference).toBeLessThan(1e-3);
  });

  it('for a whole picture', async () => {
    const [ours, theirs] = [await compactPack(engines[0]), await compactPack(engines[1])];
    const [a, b] = [await tagFile(photo, ours, 720), await tagFile(photo, theirs, 720)];
    expect(a).toHaveLength(1);
    expect(b).toHaveLength(1);
    expect(b[0]!.attributes.gender).toBe('Female');
    expect(Math.abs(a[0]!.box.x1 - b[0]!.box.x1)).toBeLessThan(0.01);
    expect(Math.abs(a[0]!.attributes.ageYears! - b[0]!.attributes.ageYears!)).toBeLessThan(1e-2);
  });
});

/** What Node says of a package that is not there. */
const absent = Object.assign(new Error("Cannot find package 'onnxruntime-node' imported from /x.js"), {
  code: 'ERR_MODULE_NOT_FOUND',
});

describe('tried by the doctor', () => {
  it('runs a net and says its version', async () => {
    expect(await tryOnnxRuntime()).toEqual({
      installed: true,
      version: expect.stringMatching(/^\d+\.\d+\.\d+/) as string,
    });
  });

  it('may be absent, but not broken', async () => {
    expect(await tryOnnxRuntime(() => Promise.reject(absent))).toEqual({ installed: false });
    const part = Object.assign(new Error("Cannot find package 'onnxruntime-common'"), {
      code: 'ERR_MODULE_NOT_FOUND',
    });
    await expect(tryOnnxRuntime(() => Promise.reject(part))).rejects.toThrow('onnxruntime-common');
    await expect(tryOnnxRuntime(() => Promise.reject(new Error('GLIBC_2.99')))).rejects.toThrow('GLIBC_2.99');
  });
});

describe('says what is wrong', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'facetag-ort-'));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it('when the package is absent: how to install it', async () => {
    await expect(importRuntime(() => Promise.reject(absent))).rejects.toMatchObject({
      code: 'ENGINE_MISSING',
      message: expect.stringMatching(/is not installed.*npm install onnxruntime-node/) as string,
    });
  });

  it('when the package does not load: why', async () => {
    await expect(importRuntime(() => Promise.reject(new Error('GLIBC_2.99')))).rejects.toMatchObject({
      code: 'ENGINE_MISSING',
      message: expect.stringContaining('GLIBC_2.99') as string,
    });
  });

  it('when a model is corrupt: which', async () => {
    const weights = path.join(folder, 'garbage.onnx');
    await writeFile(weights, 'no net at all');
    await expect(engines[1].loadNet({ format: 'onnx', weights })).rejects.toMatchObject({
      code: 'MODEL_CORRUPT',
      message: expect.stringContaining(weights) as string,
    });
  });

  it('when it is given a Caffe net', async () => {
    const files = { format: 'caffe', weights: 'a.caffemodel', definition: 'a.prototxt' } as const;
    await expect(engines[1].loadNet(files)).rejects.toMatchObject({ code: 'INTERNAL' });
  });
});
