import sharp from 'sharp';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { AnchorGrid, decodeBox } from '../../src/nets/anchors.js';
import { SsdMobilenetDetector } from '../../src/nets/ssd-mobilenet.js';
import type { DetectorSpec } from '../../src/packs/spec.js';
import { iou } from '../../src/core/box.js';
import type { Blob, Net } from '../../src/ports.js';
import type { Detection, Raster } from '../../src/types.js';
import { compactPack, compactSpec } from '../compact-pack.js';
import type { CompactPack } from '../compact-pack.js';
import { repository } from '../shared.js';
import { FakeImaging, blankRaster } from './fake-imaging.js';

let spec: DetectorSpec;
beforeAll(async () => {
  spec = (await compactSpec()).detectors['ssd-mobilenetv1']!;
});

/** Says that the anchors in `rows` are faces, by their confidence; boxes are the anchors themselves. */
function fakeNet(rows: Record<number, number>, calls: readonly number[] = [1, 2]): Net & { calls: number } {
  return {
    calls: 0,
    forward({ shape: [, , height, width] }: Blob) {
      this.calls++;
      const { count } = new AnchorGrid(width, height);
      const scores = new Float32Array(count);
      if (calls.includes(this.calls)) {
        for (const [row, score] of Object.entries(rows)) scores[Number(row)] = score;
      }
      return Promise.resolve([new Float32Array(count * 4), scores]);
    },
  };
}

async function detect(
  net: Net,
  raster: Raster,
): Promise<{ found: readonly Detection[]; imaging: FakeImaging }> {
  const imaging = new FakeImaging();
  const found = await new SsdMobilenetDetector(imaging, net, spec, { minConfidence: 0.5 }).detect(raster);
  expect(imaging.held).toBe(0);
  return { found, imaging };
}

describe('the input', () => {
  it.each([
    ['landscape 3:2', 720, 480, [512, 341], [512, 384]],
    ['portrait 3:4', 540, 720, [384, 512], [448, 512]],
    ['square', 600, 600, [512, 512], [512, 512]],
    ['small, never enlarged', 200, 100, [200, 100], [256, 192]],
    ['one pixel', 1, 1, [1, 1], [64, 64]],
    ['a strip', 720, 2, [512, 1], [512, 64]],
  ])('of a %s picture', async (_, width, height, resized, input) => {
    const { imaging } = await detect(fakeNet({ 40: 0.9 }), blankRaster(width, height));
    expect(imaging.steps[0]).toEqual({ resize: resized, interpolation: 'area' });
    expect(imaging.steps[1]).toEqual({
      pad: { top: 0, left: 0, right: input[0]! - resized[0]!, bottom: input[1]! - resized[1]! },
    });
    expect(imaging.steps[2]).toMatchObject({ blob: { width: input[0], height: input[1], bgr: false } });
  });
});

describe('the result', () => {
  it('is in pixels of the raster', async () => {
    const grid = new AnchorGrid(512, 512);
    const { found } = await detect(fakeNet({ 1500: 0.75 }), blankRaster(1024, 1024));
    const { x1, y1, x2, y2 } = decodeBox([0, 0, 0, 0], grid.at(1500));
    expect(found).toEqual([{ confidence: 0.75, box: { x1: x1 * 2, y1: y1 * 2, x2: x2 * 2, y2: y2 * 2 } }]);
  });

  it('leaves out what is below the threshold, overlaps and what hangs out of the picture', async () => {
    // 1500 is a small square in the middle; 1501 and 1502 lie over it; 1 is a wide box at the top left corner.
    const { found } = await detect(
      fakeNet({ 1: 0.9, 1400: 0.49, 1500: 0.8, 4740: 0.7, 4741: 0.6 }),
      blankRaster(512, 512),
    );
    expect(found.map(({ confidence }) => Math.round(confidence * 100))).toEqual([80, 70]);
  });
});

describe('the second look', () => {
  it('is not taken when a face was found', async () => {
    const net = fakeNet({ 1500: 0.75 });
    await detect(net, blankRaster(512, 512));
    expect(net.calls).toBe(1);
  });

  it('is taken at 0.6 of the size when none was, and its boxes are scaled back', async () => {
    const net = fakeNet({ 900: 0.75 }, [2]);
    const { found, imaging } = await detect(net, blankRaster(512, 512));
    expect(net.calls).toBe(2);
    expect(imaging.steps[3]).toEqual({ resize: [307, 307], interpolation: 'area' });
    const { x1 } = decodeBox([0, 0, 0, 0], new AnchorGrid(384, 384).at(900));
    expect(found[0]!.box.x1).toBeCloseTo(x1 / 0.6, 9);
  });

  it('is the last', async () => {
    const net = fakeNet({});
    expect((await detect(net, blankRaster(512, 512))).found).toEqual([]);
    expect(net.calls).toBe(2);
  });
});

it('refuses results of another shape, and releases everything', async () => {
  const imaging = new FakeImaging();
  const net: Net = { forward: () => Promise.resolve([new Float32Array(8), new Float32Array(2)]) };
  const detector = new SsdMobilenetDetector(imaging, net, spec, { minConfidence: 0.5 });
  await expect(detector.detect(blankRaster(100, 100))).rejects.toThrow(/8 box values and 2 scores/);
  expect(imaging.held).toBe(0);
});

describe('with the real net', () => {
  let pack: CompactPack;
  beforeAll(async () => {
    pack = await compactPack();
  });

  it.each([
    [512, 341],
    [512, 288],
    [300, 400],
  ])('the part of %d x %d that is computed gives what the whole square gives', async (width, height) => {
    const raster = await astronaut(width, height);
    const [face] = await pack.detector.detect(raster);
    const [inSquare] = await square(pack, raster);
    expect(Math.abs(face!.confidence - inSquare!.confidence)).toBeLessThan(0.01);
    expect(iou(face!.box, inSquare!.box)).toBeGreaterThan(0.98);
  });
});

/** The top left part of the photo with the face in it. */
async function astronaut(width: number, height: number): Promise<Raster> {
  const data = await sharp(path.join(repository, 'fixtures/images/astronaut.png'))
    .extract({ left: 0, top: 0, width, height })
    .removeAlpha()
    .raw()
    .toBuffer();
  return { data, width, height };
}

/** The same net over the whole 512 x 512, as face-api does. */
async function square(pack: CompactPack, raster: Raster): Promise<readonly Detection[]> {
  const { imaging } = pack;
  const whole = {
    load: imaging.load.bind(imaging),
    blob: ([image]: Parameters<typeof imaging.blob>[0], blobSpec: Parameters<typeof imaging.blob>[1]) => {
      const sides = { top: 0, left: 0, right: 512 - image!.width, bottom: 512 - image!.height };
      const padded = image!.pad(sides, 'constant');
      try {
        return imaging.blob([padded], { ...blobSpec, width: 512, height: 512 });
      } finally {
        padded.release();
      }
    },
  };
  const net = await pack.engine.loadNet({
    format: 'onnx',
    weights: path.join(repository, 'models/compact', spec.net.weights),
  });
  return await new SsdMobilenetDetector(whole, net, spec, { minConfidence: 0.5 }).detect(raster);
}
