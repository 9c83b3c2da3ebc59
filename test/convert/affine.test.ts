import { describe, expect, it } from 'vitest';
import { batchNormAffine, composeAffine, foldAffine } from '../../src/convert/affine.js';

const norm = { mean: [5, 1], variance: [3, 8], epsilon: 1 };
const filter = { shape: [2, 1, 1, 2], data: Float32Array.of(1, 2, 3, 4) };

describe('a batch norm', () => {
  it('with a scale and an offset of its own', () => {
    const { factor, offset } = batchNormAffine({ ...norm, gamma: [4, 3], beta: [10, 20] });
    expect([...factor, ...offset]).toEqual([2, 1, 0, 19]);
  });

  it('without', () => {
    const { factor, offset } = batchNormAffine({ mean: [5], variance: [3], epsilon: 1 });
    expect([...factor, ...offset]).toEqual([0.5, -2.5]);
  });

  it.each([{ mean: [5] }, { gamma: [1] }, { beta: [1] }])('of uneven arrays is refused: %j', (short) => {
    expect(() => batchNormAffine({ ...norm, ...short })).toThrow(RangeError);
  });
});

describe('a map', () => {
  const map = { factor: Float32Array.of(2, 3), offset: Float32Array.of(10, 20) };

  it('after another is one map', () => {
    const both = composeAffine({ factor: Float32Array.of(1, 2), offset: Float32Array.of(1, -1) }, map);
    expect([...both.factor, ...both.offset]).toEqual([2, 6, 12, 17]);
  });

  it('goes into the convolution before, with or without a bias', () => {
    const folded = foldAffine({ filter, bias: Float32Array.of(1, 2) }, map);
    expect([...folded.filter.data]).toEqual([2, 4, 9, 12]);
    expect([...folded.bias]).toEqual([12, 26]);
    expect([...foldAffine({ filter }, map).bias]).toEqual([10, 20]);
  });

  it('of another number of channels is refused', () => {
    const three = { factor: new Float32Array(3), offset: new Float32Array(3) };
    expect(() => foldAffine({ filter, bias: new Float32Array(1) }, map)).toThrow(RangeError);
    expect(() => foldAffine({ filter }, three)).toThrow(RangeError);
    expect(() => composeAffine(three, map)).toThrow(RangeError);
  });
});
