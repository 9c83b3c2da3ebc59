import { describe, expect, it } from 'vitest';
import { Histogram } from '../../../src/convert/quantize/histogram.js';
import { byteScale, quantiseWeights } from '../../../src/convert/quantize/numbers.js';

describe('a scale of bytes', () => {
  it.each([
    [{ low: 0, high: 6 }, Math.fround(6 / 255), 0],
    [{ low: -1, high: 1 }, Math.fround(2 / 255), 127],
    [{ low: 2, high: 5.1 }, Math.fround(5.1 / 255), 0],
    [{ low: -5.1, high: -2 }, Math.fround(5.1 / 255), 255],
    [{ low: 0, high: 0 }, 1, 0],
  ])('of %j has zero in it', (range, scale, zero) => {
    expect(byteScale(range)).toEqual({ scale, zero });
  });

  it.each([
    { low: 1, high: 0 },
    { low: 0, high: Infinity },
    { low: Number.NaN, high: 1 },
  ])('of %j there is none', (range) => {
    expect(() => byteScale(range)).toThrow('There is no range');
  });
});

describe('weights', () => {
  it('have a scale for each output, and opposites', () => {
    const { values, scales } = quantiseWeights(Float32Array.of(1, -1, 0.5, 10, 0, -5), 2, undefined, 1);
    expect([...values]).toEqual([127, -127, 64, 127, 0, -64]);
    expect(scales[0]).toBeCloseTo(1 / 127, 8);
    expect(scales[1]).toBeCloseTo(10 / 127, 7);
  });

  it('leave room for offsets, which are in units of both scales', () => {
    const { offsets, scales } = quantiseWeights(
      Float32Array.of(1, 1e-12, 0),
      3,
      Float32Array.of(0.5, 100, 3),
      0.1,
    );
    for (const [index, bias] of [0.5, 100, 3].entries()) {
      expect(offsets![index]! * 0.1 * scales[index]!).toBeCloseTo(bias, 3);
    }
  });
});

describe('a histogram', () => {
  const values = Float32Array.from({ length: 10_000 }, (_, index) => index / 10_000);

  it('knows the least and the greatest value', () => {
    const histogram = new Histogram();
    histogram.add(Float32Array.of(-3, 0.001));
    histogram.add(values);
    expect(histogram.range(0)).toEqual({ low: -3, high: Math.fround(0.9999) });
  });

  it('leaves out a share at each end, also after it has grown', () => {
    const histogram = new Histogram();
    histogram.add(values);
    histogram.add(Float32Array.of(1000));
    expect(histogram.range(0).high).toBe(1000);
    const { low, high } = histogram.range(0.01);
    expect(low).toBeGreaterThanOrEqual(0);
    expect(low).toBeLessThan(0.52);
    expect(high).toBeGreaterThan(0.98);
    expect(high).toBeLessThan(1.51);
  });

  it('refuses what is no number, and says nothing of nothing', () => {
    const histogram = new Histogram();
    expect(() => {
      histogram.add(Float32Array.of(Number.NaN));
    }).toThrow('no finite number');
    expect(() => new Histogram().range(0)).toThrow('No values');
  });
});
