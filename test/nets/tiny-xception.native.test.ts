import { beforeAll, describe, expect, it } from 'vitest';
import type { Estimates } from '../../src/core/attributes.js';
import { CroppedEstimator } from '../../src/nets/cropped-estimator.js';
import { faceCrop } from '../../src/nets/face-crop.js';
import { TinyXceptionEstimator } from '../../src/nets/tiny-xception.js';
import type { EstimatorOf } from '../../src/packs/spec.js';
import type { Blob, Net } from '../../src/ports.js';
import type { BoundingBox } from '../../src/types.js';
import { compactSpec } from '../compact-pack.js';
import { FakeImaging, blankRaster } from './fake-imaging.js';

let spec: EstimatorOf<'tiny-xception'>;
beforeAll(async () => {
  const [estimator] = (await compactSpec()).estimators;
  if (estimator?.family !== 'tiny-xception') throw new Error('another family');
  spec = estimator;
});

const box = (x1: number, y1: number, x2: number, y2: number): BoundingBox => ({ x1, y1, x2, y2 });

/** Gives the n-th face it sees n years, every second one female. */
function countingNet(): Net & { batches: number[] } {
  let seen = 0;
  const batches: number[] = [];
  return {
    batches,
    forward({ shape: [count] }: Blob) {
      batches.push(count);
      const faces = Array.from({ length: count }, () => ++seen);
      return Promise.resolve([
        Float32Array.from(faces),
        Float32Array.from(faces.flatMap((face) => (face % 2 === 0 ? [0.25, 0.75] : [0.75, 0.25]))),
      ]);
    },
  };
}

async function estimate(
  boxes: readonly BoundingBox[],
  { net = countingNet(), padding = 0 }: { net?: Net; padding?: number } = {},
): Promise<{ estimates: readonly Estimates[]; imaging: FakeImaging }> {
  const imaging = new FakeImaging();
  const crop = faceCrop({ kind: 'box', padding, fill: 'black-square' }, spec.nets.ageGender);
  const tools = { imaging, crop, batch: spec.batch, flip: false };
  const member = { estimator: new TinyXceptionEstimator(net, spec, imaging), gives: spec.gives };
  const estimator = new CroppedEstimator(tools, [member]);
  const estimates = await estimator.estimate(blankRaster(400, 300), boxes);
  expect(imaging.held).toBe(0);
  return { estimates, imaging };
}

describe('the crop', () => {
  it.each([
    [
      'a tall face, shrunk',
      box(10, 20, 110, 244),
      0,
      box(10, 20, 110, 244),
      [50, 112],
      'area',
      [31, 0, 31, 0],
    ],
    [
      'a wide face, enlarged',
      box(10, 20, 66, 51),
      0,
      box(10, 20, 66, 51),
      [112, 62],
      'cubic',
      [0, 25, 0, 25],
    ],
    ['an odd gap', box(0, 0, 112, 111), 0, box(0, 0, 112, 111), [112, 111], 'cubic', [0, 0, 0, 1]],
    [
      'a padded face at the edge',
      box(0, 0, 100, 100),
      0.1,
      box(0, 0, 110, 110),
      [112, 112],
      'cubic',
      [0, 0, 0, 0],
    ],
    ['a sliver', box(50, 50, 50.2, 162), 0, box(50, 50, 51, 162), [1, 112], 'cubic', [55, 0, 56, 0]],
  ])('of %s', async (_, face, padding, crop, resize, interpolation, [left, top, right, bottom]) => {
    const { imaging } = await estimate([face], { padding });
    expect(imaging.steps.slice(0, 3)).toEqual([
      { crop },
      { resize, interpolation },
      { pad: { left, top, right, bottom } },
    ]);
    expect(imaging.steps[3]).toMatchObject({ images: [[112, 112]], blob: { width: 112, height: 112 } });
  });
});

it('runs batches of at most two, and keeps the order', async () => {
  const net = countingNet();
  const boxes = Array.from({ length: 9 }, (_, index) => box(index * 10, 0, index * 10 + 50, 50));
  const { estimates } = await estimate(boxes, { net });
  expect(net.batches).toEqual([2, 2, 2, 2, 1]);
  expect(estimates.map(({ years }) => years)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(estimates[6]).toEqual({ male: 0.75, years: 7 });
  expect(estimates[7]).toEqual({ male: 0.25, years: 8 });
});

it('does nothing for no faces', async () => {
  const net = countingNet();
  expect((await estimate([], { net })).estimates).toEqual([]);
  expect(net.batches).toEqual([]);
});

it('refuses a net that leaves out a face', async () => {
  const net: Net = { forward: () => Promise.resolve([Float32Array.of(30), Float32Array.of(0.5, 0.5)]) };
  await expect(estimate([box(0, 0, 9, 9), box(9, 9, 20, 20)], { net })).rejects.toThrow();
});
