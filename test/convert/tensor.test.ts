import { describe, expect, it } from 'vitest';
import { at, toOutputMajor } from '../../src/convert/tensor.js';

describe('a filter', () => {
  it('turns from height x width x in x out to out x in x height x width', () => {
    const data = Float32Array.from(Array(12).keys());
    const { shape, data: turned } = toOutputMajor({ shape: [1, 2, 2, 3], data });
    expect(shape).toEqual([3, 2, 1, 2]);
    expect([...turned]).toEqual([0, 6, 3, 9, 1, 7, 4, 10, 2, 8, 5, 11]);
  });

  it.each([
    [[1, 2, 2, 2], 12],
    [[1, 2, 2, 3], 11],
    [[2, 2, 3], 12],
  ])('of the shape %j is refused with %i values', (shape, length) => {
    expect(() => toOutputMajor({ shape, data: new Float32Array(length) })).toThrow(RangeError);
  });
});

it.each([-1, 2, 0.5, Number.NaN])('there is no number %f in an array of two', (index) => {
  expect(() => at([7, 8], index)).toThrow(RangeError);
  expect(() => at(Float32Array.of(7, 8), index)).toThrow(RangeError);
});
