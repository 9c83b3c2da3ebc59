import { describe, expect, it } from 'vitest';
import { decodeDetectionOutput } from '../../src/nets/res10.js';
import { planCrop } from '../../src/nets/box-crop.js';

describe('decodeDetectionOutput', () => {
  it('gives boxes in pixels, beyond the picture where the net says so', () => {
    const rows = Float32Array.of(0, 1, 0.75, 0.25, 0.5, 0.75, 1.25, 0, 1, 0.5, -0.5, 0, 0.5, 0.25);
    expect(decodeDetectionOutput(rows, { width: 200, height: 100 }, 0.5)).toEqual([
      { confidence: 0.75, box: { x1: 50, y1: 50, x2: 150, y2: 125 } },
      { confidence: 0.5, box: { x1: -100, y1: 0, x2: 100, y2: 25 } },
    ]);
  });

  it.each([
    ['nothing', new Float32Array()],
    ['the one row of zeros that stands for no face', new Float32Array(7)],
    ['a row of the background', Float32Array.of(0, 0, 0.9, 0, 0, 1, 1)],
    ['half a row', Float32Array.of(0, 1, 0.9)],
  ])('finds no face in %s', (_what, rows) => {
    expect(decodeDetectionOutput(rows, { width: 10, height: 10 }, 0)).toEqual([]);
  });
});

describe('planCrop, in a picture of 100 x 80', () => {
  const none = { top: 0, right: 0, bottom: 0, left: 0 };
  it.each([
    ['inside', [10.4, 20.5, 30.5, 40.4], 0, [10, 21, 31, 40], none],
    ['grown by half on each side', [40, 40, 60, 60], 0.5, [30, 30, 70, 70], none],
    ['grown over the top left corner', [0, 0, 20, 20], 0.5, [0, 0, 30, 30], { ...none, top: 10, left: 10 }],
    [
      'grown over the bottom right corner',
      [80, 60, 100, 80],
      0.5,
      [70, 50, 100, 80],
      { ...none, bottom: 10, right: 10 },
    ],
    [
      'as large as the picture',
      [0, 0, 100, 80],
      0.1,
      [0, 0, 100, 80],
      { top: 8, right: 10, bottom: 8, left: 10 },
    ],
    ['thinner than a pixel', [10.1, 10.1, 10.2, 10.2], 0, [10, 10, 11, 11], none],
    ['a sliver at the far edge', [99.8, 79.8, 100, 80], 0, [99, 79, 100, 80], none],
  ] as const)('%s', (_what, [x1, y1, x2, y2], padding, [l, t, r, b], border) => {
    expect(planCrop({ x1, y1, x2, y2 }, padding, 100, 80)).toEqual({
      inner: { x1: l, y1: t, x2: r, y2: b },
      border,
    });
  });
});
