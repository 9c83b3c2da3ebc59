import { expect, it } from 'vitest';
import { findUpright } from '../../src/picture/find-upright.js';
import type { Detection, Raster } from '../../src/types.js';

const raster: Raster = { data: Buffer.alloc(2 * 1 * 3), width: 2, height: 1 };
raster.data[0] = 9;

const sure = (...confidences: number[]): Detection[] =>
  confidences.map((confidence) => ({ box: { x1: 0, y1: 0, x2: 1, y2: 1 }, confidence }));

/** How the picture is turned after the detector has said this in each of the four positions. */
async function turnsOf(...looks: Detection[][]): Promise<number> {
  let look = 0;
  const view = await findUpright(raster, () => Promise.resolve(looks[look++] ?? []));
  expect(look).toBe(4);
  const [, degrees = '0'] = /turned by (\d+)/.exec(view.warning ?? '') ?? [];
  return Number(degrees) / 90;
}

it.each([
  ['as it is where nothing is found', [[], [], [], []], 0],
  ['as it is where all ways are alike', [sure(0.9), sure(0.9), sure(0.9), sure(0.9)], 0],
  ['as the detector is surest', [sure(0.6), sure(0.7), sure(0.95), []], 2],
  ['as most faces are found', [sure(0.9), [], sure(0.6), sure(0.9, 0.8)], 3],
  ['no other way for a number of doubtful faces', [sure(0.9), sure(0.42, 0.45, 0.48), [], []], 0],
] as const)('takes a picture %s', async (_, looks, turns) => {
  expect(await turnsOf(...looks.map((look) => [...look]))).toBe(turns);
});
