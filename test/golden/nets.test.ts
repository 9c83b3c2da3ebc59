import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadOnnxRuntime } from '../../src/adapters/onnxruntime.js';
import { loadOpenCv } from '../../src/adapters/opencv.js';
import { readGraphModel } from '../../src/convert/tfjs/graph-model.js';
import { mobilenetV1Graph } from '../../src/convert/tfjs/mobilenet-v1-graph.js';
import type { Blob, BlobSpec, Engine } from '../../src/ports.js';
import { compactSpec, modelFile } from '../compact-pack.js';
import { repository } from '../shared.js';
import { goldenPicture } from './pictures.js';

/** What the nets give in tfjs: see make-nets.js. */
interface GoldenCrop {
  readonly box: readonly [number, number, number, number];
  readonly landmarks: readonly number[];
  readonly age: readonly number[];
  readonly gender: readonly number[];
  readonly expression: readonly number[];
  readonly faceresMale: readonly number[];
  readonly faceresAge: readonly number[];
}

/** A difference of this share of a result's largest value is rounding. */
const TOLERANCE = 1e-3;

const small = {
  width: 112,
  height: 112,
  scale: 1 / 255,
  mean: [122.782, 117.001, 104.298],
  bgr: false,
} as const;
const large = { width: 224, height: 224, scale: 1, mean: [103.939, 116.779, 123.68], bgr: true } as const;

const golden = JSON.parse(await readFile(path.join(repository, 'test/golden/nets.json'), 'utf8')) as {
  images: Record<string, readonly GoldenCrop[]>;
};
const crops = Object.entries(golden.images).flatMap(([name, faces]) =>
  faces.map((face) => ({ name, ...face })),
);

const { imaging, engine: openCv } = loadOpenCv();
const engines: readonly Engine[] = [openCv, await loadOnnxRuntime()];
beforeAll(compactSpec);

/** All crops as one batch. */
async function blobOf(spec: BlobSpec): Promise<Blob> {
  const images = await Promise.all(
    crops.map(async ({ name, box: [left, top, width, height] }) => {
      const data = await sharp(goldenPicture(name))
        .rotate()
        .toColourspace('srgb')
        .removeAlpha()
        .extract({ left, top, width, height })
        .resize(spec.width, spec.height, { fit: 'fill' })
        .raw()
        .toBuffer();
      return imaging.load({ data, width: spec.width, height: spec.height });
    }),
  );
  return imaging.blob(images, spec);
}

/** The largest difference as a share of the largest golden value, of any crop. */
function worst(ours: Float32Array, wanted: readonly (readonly number[])[]): number {
  const width = wanted[0]!.length;
  expect(ours).toHaveLength(width * wanted.length);
  return Math.max(
    ...wanted.map((values, row) => {
      const differences = values.map((value, index) => Math.abs(value - ours[row * width + index]!));
      return Math.max(...differences) / Math.max(...values.map(Math.abs));
    }),
  );
}

describe.each(engines.map((engine) => [engine.name, engine] as const))('on %s', (_, engine) => {
  it('the landmarks are those of face-api', async ({ annotate }) => {
    const net = await engine.loadNet({ format: 'onnx', weights: modelFile.landmarks });
    const [landmarks] = await net.forward(await blobOf(small), ['landmarks']);
    const difference = worst(
      landmarks!,
      crops.map((crop) => crop.landmarks),
    );
    await annotate(String(difference));
    expect(difference).toBeLessThan(TOLERANCE);
  });

  it('age and gender are those of face-api', async ({ annotate }) => {
    const net = await engine.loadNet({ format: 'onnx', weights: modelFile.ageGender });
    const [age, gender] = await net.forward(await blobOf(small), ['age', 'gender']);
    const differences = [
      worst(
        age!,
        crops.map((crop) => crop.age),
      ),
      worst(
        gender!,
        crops.map((crop) => crop.gender),
      ),
    ];
    await annotate(differences.join(', '));
    for (const difference of differences) expect(difference).toBeLessThan(TOLERANCE);
  });

  it('expressions are those of face-api', async ({ annotate }) => {
    const net = await engine.loadNet({ format: 'onnx', weights: modelFile.expression });
    const [expression] = await net.forward(await blobOf(small), ['expression']);
    const difference = worst(
      expression!,
      crops.map((crop) => crop.expression),
    );
    await annotate(String(difference));
    expect(difference).toBeLessThan(TOLERANCE);
  });
});

/** The folder of faceres-deep.json and .bin; the package that has them is too large to be a dependency. */
const humanModels = process.env['FACETAG_TEST_HUMAN_MODELS'];

describe.skipIf(humanModels === undefined)('faceres-deep (needs FACETAG_TEST_HUMAN_MODELS)', () => {
  let folder: string;
  let weights: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'facetag-faceres-'));
    weights = path.join(folder, 'faceres-deep.onnx');
    const [json, bin] = await Promise.all(
      ['json', 'bin'].map((extension) => readFile(path.join(humanModels!, `faceres-deep.${extension}`))),
    );
    await writeFile(weights, mobilenetV1Graph(readGraphModel(json!.toString(), bin!)));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each(engines.map((engine) => [engine.name, engine] as const))('on %s', async (_, engine) => {
    const net = await engine.loadNet({ format: 'onnx', weights });
    const [male, age] = await net.forward(await blobOf(large), ['male', 'age']);
    const differences = [
      worst(
        male!,
        crops.map((crop) => crop.faceresMale),
      ),
      worst(
        age!,
        crops.map((crop) => crop.faceresAge),
      ),
    ];
    for (const difference of differences) expect(difference).toBeLessThan(TOLERANCE);
  });
});
