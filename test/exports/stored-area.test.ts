import { describe, expect, it } from 'vitest';
import { isTurned, storedArea } from '../../src/exports/stored-area.js';

const seen = { x: 0.2, y: 0.3, w: 0.2, h: 0.4 };

describe('storedArea', () => {
  it.each([
    [1, 0.2, 0.3, 0.2, 0.4],
    [2, 0.8, 0.3, 0.2, 0.4],
    [3, 0.8, 0.7, 0.2, 0.4],
    [4, 0.2, 0.7, 0.2, 0.4],
    [5, 0.3, 0.2, 0.4, 0.2],
    [6, 0.3, 0.8, 0.4, 0.2],
    [7, 0.7, 0.8, 0.4, 0.2],
    [8, 0.7, 0.2, 0.4, 0.2],
  ])('of orientation %i', (orientation, x, y, w, h) => {
    const area = storedArea(seen, orientation);
    expect([area.x, area.y, area.w, area.h].map((share) => Number(share.toFixed(9)))).toEqual([x, y, w, h]);
    expect(isTurned(orientation)).toBe(w === 0.4);
  });

  /** A picture of 3 x 2 pixels as each orientation stores it: `f` is the face, at the top left as seen. */
  const STORED: Readonly<Record<number, readonly string[]>> = {
    1: ['f..', '...'],
    2: ['..f', '...'],
    3: ['...', '..f'],
    4: ['...', 'f..'],
    5: ['f.', '..', '..'],
    6: ['..', '..', 'f.'],
    7: ['..', '..', '.f'],
    8: ['.f', '..', '..'],
  };

  it.each(Object.entries(STORED))('of orientation %s finds the very pixel', (orientation, rows) => {
    const { x, y } = storedArea({ x: 1 / 6, y: 1 / 4, w: 1 / 3, h: 1 / 2 }, Number(orientation));
    const row = rows[Math.floor(y * rows.length)] ?? '';
    expect(row[Math.floor(x * row.length)]).toBe('f');
  });
});
