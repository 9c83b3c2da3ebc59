import { describe, expect, it } from 'vitest';
import { encodeNet } from '../../../src/convert/caffe/caffe-proto.js';
import { readCaffeModel } from '../../../src/convert/caffe/weights.js';
import { ageModel, definition, genderModel } from './classic-models.js';
import { writeCaffeModel } from './caffemodel.js';
import type { CaffeForm } from './caffemodel.js';
import { randomWeights } from './random-weights.js';

const floats = (...values: number[]): Uint8Array => new Uint8Array(Float32Array.from(values).buffer);

describe('readCaffeModel', () => {
  it.each<[CaffeForm, number]>([
    ['v1', 0],
    ['v2', 0],
    ['fp16', 2e-3],
  ])('gives back what was written: %s', async (form, tolerance) => {
    const net = await definition('res10');
    const weights = randomWeights(net, 5);
    const read = readCaffeModel(writeCaffeModel(net, weights, { form }));
    expect([...read.keys()]).toEqual([...weights.keys()]);
    let worst = 0;
    for (const [name, blobs] of weights) {
      for (const [i, { data }] of blobs.entries()) {
        const found = read.get(name)![i]!.data;
        data.forEach(
          (value, at) =>
            (worst = Math.max(worst, Math.abs(value - found[at]!) / Math.max(1, Math.abs(value)))),
        );
      }
    }
    expect(worst).toBeLessThanOrEqual(tolerance);
  });

  it('reads 64-bit numbers', () => {
    const doubles = new Uint8Array(Float64Array.from([1.5, -2]).buffer);
    const bytes = encodeNet({
      layer: [{ name: 'x', blobs: [{ shape: { dim: [2] }, doubleData: doubles }] }],
    });
    expect([...readCaffeModel(bytes).get('x')![0]!.data]).toEqual([1.5, -2]);
  });

  it.each([
    ['no layer has weights', encodeNet({ name: 'empty' }), 'no weights'],
    [
      'an array does not fit',
      encodeNet({ layer: [{ name: 'x', blobs: [{ shape: { dim: [3] }, data: floats(1) }] }] }),
      'Layer x has 1 values for the shape [3]',
    ],
    [
      'a type is unknown',
      encodeNet({
        layer: [{ name: 'x', blobs: [{ shape: { dim: [1] }, rawDataType: 3, rawData: floats(1) }] }],
      }),
      'raw type 3',
    ],
  ])('refuses a file in which %s', (_what, bytes, message) => {
    expect(() => readCaffeModel(bytes)).toThrow(message);
  });
});

describe('the models made for tests', () => {
  it('have the sizes of the originals', async () => {
    expect((await genderModel()).length).toBe(45_649_168);
    expect((await ageModel()).length).toBe(45_661_480);
  });
});
