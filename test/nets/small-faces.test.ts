import { describe, expect, it } from 'vitest';
import { SmallFacesDetector, type PartDetector } from '../../src/nets/small-faces.js';
import type { Detection } from '../../src/types.js';
import { blankRaster, FakeImaging } from './fake-imaging.js';

/** Finds what a whole look is told to, and in each part one face at a place of the part. */
function detector(whole: readonly Detection[], inPart: Detection): PartDetector & { seen: string[] } {
  const seen: string[] = [];
  return {
    seen,
    parts: { side: 100, wholeSide: 100 },
    detect: () => Promise.resolve(whole),
    detectPart: ({ width, height }) => {
      seen.push(`${width}x${height}`);
      return Promise.resolve([inPart]);
    },
  };
}

const sure = { box: { x1: 40, y1: 40, x2: 60, y2: 60 }, confidence: 0.9 };

describe('SmallFacesDetector', () => {
  it('leaves a small picture at one look', async () => {
    const imaging = new FakeImaging();
    const fake = detector([sure], sure);
    expect(await new SmallFacesDetector(imaging, fake).detect(blankRaster(120, 80))).toEqual([sure]);
    expect(fake.seen).toEqual([]);
    expect(imaging.held).toBe(0);
  });

  it('maps the faces of parts to the raster, at each size of the picture', async () => {
    const imaging = new FakeImaging();
    const fake = detector([], sure);
    const found = await new SmallFacesDetector(imaging, fake).detect(blankRaster(400, 200));
    // At 200 x 100: 3 parts of 100 pixels side; at 400 x 200: 5 columns in 3 rows.
    expect(fake.seen).toHaveLength(3 + 15);
    expect(found).toContainEqual({ box: { x1: 80, y1: 80, x2: 120, y2: 120 }, confidence: 0.9 });
    expect(found).toContainEqual({ box: { x1: 340, y1: 140, x2: 360, y2: 160 }, confidence: 0.9 });
    expect(imaging.held).toBe(0);
  });

  it('releases everything when the detector fails', async () => {
    const imaging = new FakeImaging();
    const failing: PartDetector = {
      ...detector([], sure),
      detectPart: () => Promise.reject(new Error('native')),
    };
    await expect(new SmallFacesDetector(imaging, failing).detect(blankRaster(400, 200))).rejects.toThrow(
      'native',
    );
    expect(imaging.held).toBe(0);
  });
});
