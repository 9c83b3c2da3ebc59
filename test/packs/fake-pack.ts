import { createHash } from 'node:crypto';
import type {
  DetectorSpec,
  EstimatorSpec,
  Manifest,
  ModelFile,
  NetSpec,
  PackSpec,
} from '../../src/packs/spec.js';

/** Bytes that no two calls with another seed share. */
export function content(seed: number, bytes = 200_000): Buffer {
  const data = Buffer.alloc(bytes);
  let state = seed + 1;
  for (let i = 0; i < bytes; i += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    data[i] = state >>> 24;
  }
  return data;
}

export function modelFile(name: string, data: Buffer, urls: string[] = []): ModelFile {
  const sha256 = createHash('sha256').update(data).digest('hex');
  return { name, bytes: data.length, sha256, urls, licence: 'test' };
}

/** A pack in the schema whose nets are `a.onnx` (detector `one`), `b.onnx` (detector `two`) and `c.onnx` (attributes). */
export function fakePack(files: ModelFile[]): PackSpec {
  return {
    description: 'test',
    licence: 'test',
    origin: 'pulled',
    files,
    detectors: { one: detector('a.onnx'), two: detector('b.onnx') },
    defaultDetector: 'one',
    estimators: [estimator('c.onnx')],
  };
}

export function fakeManifest(files: ModelFile[]): Manifest {
  return { schemaVersion: 2, packs: { fake: fakePack(files) } };
}

export function estimator(weights: string): EstimatorSpec {
  return {
    family: 'tiny-xception',
    nets: { ageGender: net(weights) },
    genderLabels: ['Male', 'Female'],
    crop: { kind: 'box', padding: 0, fill: 'black-square' },
    batch: 4,
    gives: ['male', 'years'],
  };
}

function detector(weights: string): DetectorSpec {
  return { family: 'ssd-mobilenetv1', net: net(weights), minConfidence: 0.5, nmsIou: 0.5, minInside: 0 };
}

function net(weights: string): NetSpec {
  return { format: 'onnx', weights, width: 8, height: 8, scale: 1, mean: [0, 0, 0], channelOrder: 'rgb' };
}
