import { describe, expect, it } from 'vitest';
import { landmarkCrop } from '../../src/nets/landmark-crop.js';
import type { NetSpec } from '../../src/packs/spec.js';
import type { Net } from '../../src/ports.js';
import { FakeImaging, blankRaster } from './fake-imaging.js';

const landmarks: NetSpec = {
  format: 'onnx',
  weights: 'landmarks.onnx',
  width: 100,
  height: 100,
  scale: 1,
  mean: [0, 0, 0],
  channelOrder: 'rgb',
};
const input = { width: 112, height: 112 };

/** All points are corners of this box, in shares of the square. */
function netOf(...boxes: readonly (readonly [number, number, number, number])[]): Net {
  const points = boxes.flatMap(([x1, y1, x2, y2]) =>
    Array.from({ length: 34 }, () => [x1, y1, x2, y2]).flat(),
  );
  return { forward: () => Promise.resolve([Float32Array.from(points)]) };
}

async function crops(net: Net, boxes: readonly { x1: number; y1: number; x2: number; y2: number }[]) {
  const imaging = new FakeImaging();
  const image = imaging.load(blankRaster(400, 300));
  const crop = landmarkCrop(imaging, net, { kind: 'landmark-box', padding: 0.1, landmarks }, input);
  const faces = await crop(image, boxes);
  for (const face of faces) {
    expect([face.width, face.height]).toEqual([112, 112]);
    face.release();
  }
  image.release();
  expect(imaging.held).toBe(0);
  return imaging.steps.filter((step) => 'crop' in step).map(({ crop: box }) => box);
}

describe('the crop by landmarks', () => {
  it('maps the points back from the square and its black bars, and adds a tenth on each side', async () => {
    // 50 wide and 100 high: the square has 25 black columns on the left, one pixel of it is one of the picture.
    const [first, second] = await crops(netOf([0.35, 0.2, 0.65, 0.7]), [
      { x1: 100, y1: 50, x2: 150, y2: 150 },
    ]);
    expect(first).toEqual({ x1: 100, y1: 50, x2: 150, y2: 150 });
    // Landmarks from (110, 70) to (140, 120).
    expect(second).toEqual({ x1: 107, y1: 65, x2: 143, y2: 125 });
  });

  it('is clipped to the picture', async () => {
    const [, box] = await crops(netOf([-1, -1, 2, 2]), [{ x1: 0, y1: 0, x2: 100, y2: 100 }]);
    expect(box).toEqual({ x1: 0, y1: 0, x2: 230, y2: 230 });
  });

  it('keeps the faces of a batch apart', async () => {
    const boxes = [
      { x1: 0, y1: 0, x2: 100, y2: 100 },
      { x1: 200, y1: 100, x2: 300, y2: 200 },
    ];
    const found = await crops(netOf([0.4, 0.4, 0.5, 0.5], [0.5, 0.5, 0.6, 0.6]), boxes);
    expect(found.slice(2)).toEqual([
      { x1: 39, y1: 39, x2: 51, y2: 51 },
      { x1: 249, y1: 149, x2: 261, y2: 161 },
    ]);
  });

  it('frees the crops when the net fails', async () => {
    const imaging = new FakeImaging();
    const image = imaging.load(blankRaster(400, 300));
    const net: Net = { forward: () => Promise.reject(new Error('broken')) };
    const crop = landmarkCrop(imaging, net, { kind: 'landmark-box', padding: 0.1, landmarks }, input);
    await expect(crop(image, [{ x1: 0, y1: 0, x2: 100, y2: 100 }])).rejects.toThrow('broken');
    image.release();
    expect(imaging.held).toBe(0);
  });
});
