import { describe, expect, it } from 'vitest';
import { obscure } from '../../src/core/obscure.js';
import type { Raster } from '../../src/types.js';

/** A fine pattern of black and white: as much detail as there can be. */
function checkered(width: number, height: number): Raster {
  const data = Buffer.alloc(width * height * 3);
  for (let at = 0; at < width * height; at++)
    data.fill((at + Math.floor(at / width)) % 2 === 0 ? 255 : 0, at * 3, at * 3 + 3);
  return { data, width, height };
}

/** Mean difference of neighbours in a row, inside a box. */
function detail(
  { data, width }: Raster,
  [x1, y1, x2, y2]: readonly [number, number, number, number],
): number {
  let sum = 0;
  for (let y = y1; y < y2; y++)
    for (let x = x1; x < x2 - 1; x++)
      sum += Math.abs((data[(y * width + x) * 3] ?? 0) - (data[(y * width + x + 1) * 3] ?? 0));
  return sum / ((x2 - x1 - 1) * (y2 - y1));
}

const BOX = { x1: 40, y1: 30, x2: 80, y2: 80 };

describe.each(['blur', 'pixelate'] as const)('obscure by %s', (style) => {
  it('leaves no detail in the box to its corners, and everything outside the grown box', () => {
    const raster = checkered(120, 120);
    const before = Buffer.from(raster.data);
    obscure(raster, BOX, style);
    expect(detail(raster, [40, 30, 80, 80])).toBeLessThan(3);
    for (let y = 0; y < 120; y++)
      for (let x = 0; x < 120; x++) {
        const outside = x < 29 || x > 90 || y < 16 || y > 93;
        const at = (y * 120 + x) * 3;
        if (outside) expect(raster.data[at]).toBe(before[at]);
      }
  });

  it('keeps four colours across, however large the face is', () => {
    for (const size of [16, 64, 256]) {
      const raster = checkered(2 * size, 2 * size);
      // From dark to light, so that every cell has a colour of its own.
      raster.data.forEach(
        (_, at) => (raster.data[at] = ((Math.floor(at / 3) % (2 * size)) * 255) / (2 * size)),
      );
      obscure(raster, { x1: size / 2, y1: size / 2, x2: 1.5 * size, y2: 1.5 * size }, 'pixelate');
      const row = size * 2 * size * 3;
      const middle = raster.data.subarray(row + 0.25 * size * 3, row + 1.75 * size * 3);
      const colours = new Set(Array.from({ length: middle.length / 3 }, (_, at) => middle[at * 3]));
      expect(colours.size).toBe(4);
    }
  });

  it.each([
    { x1: 0, y1: 0, x2: 120, y2: 120 },
    { x1: -10, y1: 100, x2: 30, y2: 140 },
    { x1: 119, y1: 119, x2: 120, y2: 120 },
    { x1: 5, y1: 5, x2: 7, y2: 6 },
  ])('stays inside the picture: %j', (box) => {
    const raster = checkered(120, 120);
    obscure(raster, box, style);
    expect(raster.data).toHaveLength(120 * 120 * 3);
    const again = checkered(120, 120);
    obscure(again, box, style);
    expect(raster.data.equals(again.data)).toBe(true);
  });
});
