import { describe, expect, it } from 'vitest';
import { turnBox, turnedBack, turnRaster, TURNS } from '../../src/core/turn.js';
import type { Raster } from '../../src/types.js';

/** Pixels `1 2 3 / 4 5 6`, each three times. */
const raster: Raster = {
  width: 3,
  height: 2,
  data: Buffer.from([1, 2, 3, 4, 5, 6].flatMap((v) => [v, v, v])),
};

const rows = ({ data, width, height }: Raster): number[][] =>
  Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (__, x) => data[(y * width + x) * 3] ?? 0),
  );

describe('turnRaster', () => {
  it.each([
    [
      0,
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
    ],
    [
      1,
      [
        [4, 1],
        [5, 2],
        [6, 3],
      ],
    ],
    [
      2,
      [
        [6, 5, 4],
        [3, 2, 1],
      ],
    ],
    [
      3,
      [
        [3, 6],
        [2, 5],
        [1, 4],
      ],
    ],
  ] as const)('by %d quarters', (turns, expected) => {
    expect(rows(turnRaster(raster, turns))).toEqual(expected);
  });

  it.each(TURNS)('by %d quarters and back is where it was, as is a box', (turns) => {
    const turned = turnRaster(raster, turns);
    expect(turnRaster(turned, turnedBack(turns))).toEqual(raster);
    const box = { x1: 1, y1: 0, x2: 3, y2: 1 };
    expect(turnBox(turnBox(box, turns, raster), turnedBack(turns), turned)).toEqual(box);
  });

  it('takes a box to the pixels it held', () => {
    // The pixel 3 in the top right corner.
    expect(turnBox({ x1: 2, y1: 0, x2: 3, y2: 1 }, 1, raster)).toEqual({ x1: 1, y1: 2, x2: 2, y2: 3 });
  });
});
