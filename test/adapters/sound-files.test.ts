import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createPictures } from '../../src/adapters/sharp.js';
import { gridDifference, gridOf, restoreGrid, type StoredGrid } from '../pictures/sound/grid.js';
import { SAMPLE_FOLDER, tolerance } from '../pictures/sound/sample.js';

const LIMITS = { maxDim: 720, maxPixels: 1e8, maxMemory: 2e9, thorough: false };

/** What the reader of each file's encoder shows, as `test/pictures/sound/run.ts --sample` wrote it. */
const EXPECTED = JSON.parse(readFileSync(path.join(SAMPLE_FOLDER, 'expected.json'), 'utf8')) as Readonly<
  Record<string, StoredGrid & { readonly reader: string }>
>;
const decoder = createPictures();

describe('a sound file of an encoder that is not ours is shown as its own reader shows it, without a warning', () => {
  it('the sample has 60 files', () => {
    expect(Object.keys(EXPECTED)).toHaveLength(60);
  });

  it.each(Object.entries(EXPECTED))('%s', async (name, expected) => {
    const picture = await decoder.decode(readFileSync(path.join(SAMPLE_FOLDER, name)), LIMITS);
    const seen = gridOf(picture.raster, picture);
    expect({ width: seen.width, height: seen.height }).toEqual({
      width: expected.width,
      height: expected.height,
    });
    expect(gridDifference(seen, restoreGrid(expected))).toBeLessThanOrEqual(tolerance(name));
    expect(picture.warnings).toBeUndefined();
  });
});
