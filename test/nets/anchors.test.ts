import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { AnchorGrid, decodeBox } from '../../src/nets/anchors.js';
import { repository } from '../shared.js';

/** The anchors that face-api's model file carries as its last weight: 5118 rows of y1, x1, y2, x2. */
async function shipped(): Promise<Float32Array> {
  const file = path.join(repository, 'node_modules/@vladmandic/face-api/model/ssd_mobilenetv1_model.bin');
  const bytes = Uint8Array.from((await readFile(file)).subarray(-5118 * 16));
  return new Float32Array(bytes.buffer);
}

describe('the grid of the square input', () => {
  it('has the anchors of the model file', async () => {
    const grid = new AnchorGrid(512, 512);
    const wanted = await shipped();
    expect(grid.count).toBe(5118);
    let worst = 0;
    for (let index = 0; index < grid.count; index++) {
      const { y, x, height, width } = grid.at(index);
      const corners = [y - height / 2, x - width / 2, y + height / 2, x + width / 2];
      for (const [axis, value] of corners.entries()) {
        worst = Math.max(worst, Math.abs(value - wanted[index * 4 + axis]!));
      }
    }
    expect(worst).toBeLessThan(1e-6);
  });

  it('ends where its outputs end', () => {
    expect(() => new AnchorGrid(512, 512).at(5118)).toThrow(RangeError);
  });
});

describe('the grid of a part', () => {
  it.each([
    [512, 384, 3846],
    [384, 512, 3846],
    [512, 320, 3222],
    [64, 64, 96],
  ])('%d x %d has %d anchors, all of them in the square', (width, height, count) => {
    const square = new AnchorGrid(512, 512);
    const all = new Set(Array.from({ length: square.count }, (_, index) => JSON.stringify(square.at(index))));
    const part = new AnchorGrid(width, height);
    expect(part.count).toBe(count);
    for (let index = 0; index < part.count; index++) expect(all).toContain(JSON.stringify(part.at(index)));
  });
});

it('decodeBox shifts and stretches an anchor', () => {
  const anchor = { y: 0.5, x: 0.25, height: 0.2, width: 0.1 };
  expect(decodeBox([0, 0, 0, 0], anchor)).toEqual({ x1: 102.4, y1: 204.8, x2: 153.6, y2: 307.2 });
  const moved = decodeBox([10, -10, 0, 5 * Math.log(2)], anchor);
  expect(moved.y1).toBeCloseTo(204.8 + 0.2 * 512, 9);
  expect((moved.x1 + moved.x2) / 2).toBeCloseTo((0.25 - 0.1) * 512, 9);
  expect(moved.x2 - moved.x1).toBeCloseTo(0.2 * 512, 9);
});
