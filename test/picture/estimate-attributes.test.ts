import { describe, expect, it } from 'vitest';
import { estimateAttributes } from '../../src/picture/estimate-attributes.js';
import type { BoundingBox, Raster } from '../../src/types.js';
import { blankRaster } from '../nets/fake-imaging.js';

const face = (x1: number, side: number) => ({
  box: { x1, y1: 10, x2: x1 + side, y2: 10 + side },
  confidence: 0.9,
});

/** Runs faces through an estimator that tells the width of the raster it saw as years. */
async function run(faces: readonly ReturnType<typeof face>[], longestSide: number, width = 720) {
  const asked: number[] = [];
  const seen: BoundingBox[] = [];
  const result = await estimateAttributes(
    {
      raster: blankRaster(width, width / 2),
      longestSide,
      sharper: (side) => {
        asked.push(side);
        return Promise.resolve(blankRaster(side, side / 2));
      },
    },
    faces,
    {
      estimate: (raster: Raster, boxes) => {
        seen.push(...boxes);
        return Promise.resolve(boxes.map(() => ({ male: 0.9, years: raster.width / 100 })));
      },
    },
  );
  return { asked, seen, years: result.map(({ attributes }) => attributes.ageYears), result };
}

describe('small faces', () => {
  it('are read from a sharper decode, the large ones of the picture not', async () => {
    const { asked, seen, years, result } = await run([face(0, 100), face(200, 28)], 4000);
    expect(asked).toEqual([2880]);
    expect(years).toEqual([7.2, 28.8]);
    expect(seen[1]).toEqual({ x1: 800, y1: 40, x2: 912, y2: 152 });
    expect(result.map(({ box }) => box)).toEqual([face(0, 100).box, face(200, 28).box]);
  });

  it.each([
    ['no larger than the original', 1000, [1000]],
    ['no more than four times larger', 9000, [2880]],
  ])('%s', async (_, longestSide, expected) => {
    expect((await run([face(0, 14)], longestSide)).asked).toEqual(expected);
  });

  it('and not where faces are large enough, or the original has no more', async () => {
    expect((await run([face(0, 56)], 4000)).asked).toEqual([]);
    expect((await run([face(0, 20)], 720)).asked).toEqual([]);
    expect((await run([face(0, 20)], 9000, 4096)).asked).toEqual([]);
  });
});

it('gives every face its quality', async () => {
  const { result } = await run([face(0, 100)], 720);
  expect(result[0]?.attributes.quality).toBe(0);
});
