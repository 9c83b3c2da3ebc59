import { describe, expect, it } from 'vitest';
import { blurEffect } from '../../src/core/blur-effect.js';
import { faceQuality } from '../../src/core/quality.js';

const SIDE = 112;

/** Stripes of `period` pixels, from 0 to 255. */
const stripes = (width: number, period: number, vertical = true) => {
  const data = Buffer.alloc(width * width * 3);
  for (let y = 0; y < width; y++) {
    for (let x = 0; x < width; x++) {
      const wave = Math.sin((2 * Math.PI * (vertical ? x + y / 3 : y + x / 3)) / period);
      data.fill(Math.round(127.5 + 127.5 * wave), (y * width + x) * 3, (y * width + x) * 3 + 3);
    }
  }
  return { data, width, height: width };
};

const whole = (side: number) => ({ x1: 0, y1: 0, x2: side, y2: side });

describe('blurEffect', () => {
  it('is 1 where there is nothing to lose', () => {
    expect(blurEffect(new Float32Array(SIDE * SIDE).fill(80), SIDE)).toBe(1);
  });

  it('is small for a chessboard, which blurring wipes out', () => {
    const board = Float32Array.from(
      { length: SIDE * SIDE },
      (_, at) => ((at + Math.floor(at / SIDE)) % 2) * 255,
    );
    expect(blurEffect(board, SIDE)).toBeLessThan(0.1);
  });

  it('is by hand what the paper says: a step of one pixel keeps an eleventh of its height', () => {
    const step = Float32Array.from({ length: SIDE * SIDE }, (_, at) => {
      const [x, y] = [at % SIDE, Math.floor(at / SIDE)];
      return (x >= 56 ? 110 : 0) + (y >= 56 ? 110 : 0);
    });
    // Along each axis: differences add up to 110 a line, of which the blurred step keeps 10 at the place of the edge.
    expect(blurEffect(step, SIDE)).toBeCloseTo(1 / 11, 6);
  });
});

describe('faceQuality', () => {
  it('falls with focus: coarser detail of the same size', () => {
    const values = [6, 12, 24, 48].map((period) => faceQuality(stripes(SIDE, period), whole(SIDE)));
    expect(values).toEqual([...values].sort((p, q) => q - p));
    expect(values[0]).toBeGreaterThan((values[3] ?? 1) + 0.3);
  });

  it('looks at the box only', () => {
    const raster = stripes(SIDE * 2, 6);
    raster.data.fill(90, (raster.data.length * 2) / 3);
    const box = { x1: 10.4, y1: 8.2, x2: 100, y2: 99.7 };
    const before = faceQuality(raster, box);
    raster.data.fill(10, (raster.data.length * 2) / 3);
    expect(faceQuality(raster, box)).toBe(before);
  });

  it('is 0 for a face without any detail', () => {
    expect(faceQuality({ data: Buffer.alloc(40 * 40 * 3, 7), width: 40, height: 40 }, whole(40))).toBe(0);
  });
});
