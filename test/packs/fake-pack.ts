import { createHash } from 'node:crypto';
import type { DetectorSpec, Manifest, ModelFile, NetSpec, PackSpec } from '../../src/packs/spec.js';

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
    attributes: {
      family: 'tiny-xception',
      net: net('c.onnx'),
      genderLabels: ['Male', 'Female'],
      padding: 0,
      batch: 4,
    },
  };
}

export function fakeManifest(files: ModelFile[]): Manifest {
  return { schemaVersion: 1, packs: { fake: fakePack(files) } };
}

function detector(weights: string): DetectorSpec {
  return { family: 'ssd-mobilenetv1', net: net(weights), minConfidence: 0.5, nmsIou: 0.5, minInside: 0 };
}

function net(weights: string): NetSpec {
  return { format: 'onnx', weights, width: 8, height: 8, scale: 1, mean: [0, 0, 0], channelOrder: 'rgb' };
}
