import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { loadOnnxRuntime } from '../../src/adapters/onnxruntime.js';
import { loadOpenCv } from '../../src/adapters/opencv.js';
import { createPictures } from '../../src/adapters/sharp.js';
import { iou } from '../../src/core/box.js';
import { YunetDetector, decodeYunet } from '../../src/nets/yunet.js';
import type { Net } from '../../src/ports.js';
import type { Detection } from '../../src/types.js';
import { shared } from '../shared.js';
import { FakeImaging, blankRaster } from './fake-imaging.js';

const spec = {
  net: {
    format: 'onnx',
    weights: 'face_detection_yunet_2023mar.onnx',
    width: 640,
    height: 640,
    scale: 1,
    mean: [0, 0, 0],
    channelOrder: 'bgr',
  },
  nmsIou: 0.3,
  minInside: 0.8,
} satisfies ConstructorParameters<typeof YunetDetector>[2];

/** Empty maps for an input of this side. */
function maps(side: number): Float32Array[] {
  return [8, 16, 32].flatMap((stride) => {
    const cells = (side / stride) ** 2;
    return [new Float32Array(cells), new Float32Array(cells), new Float32Array(cells * 4)];
  });
}

/** Marks the cell of the second map (stride 16) in this row and column. */
function withFace(side: number, row: number, column: number, code: readonly number[]): Float32Array[] {
  const values = maps(side);
  const cell = row * (side / 16) + column;
  values[3]![cell] = 0.81;
  values[4]![cell] = 1;
  values[5]!.set(code, cell * 4);
  return values;
}

describe('decodeYunet', () => {
  it('takes the geometric mean of both scores, and shift and log size in cells', () => {
    const [face, ...others] = decodeYunet(withFace(64, 1, 2, [0.5, 0.25, Math.log(2), 0]), 64, 0.5);
    expect(others).toEqual([]);
    expect(face!.confidence).toBeCloseTo(0.9, 6);
    const { x1, y1, x2, y2 } = face!.box;
    [24, 12, 56, 28].forEach((edge, index) => {
      expect([x1, y1, x2, y2][index]).toBeCloseTo(edge, 4);
    });
  });

  it('leaves out what is less sure', () => {
    expect(decodeYunet(withFace(64, 1, 2, [0, 0, 0, 0]), 64, 0.91)).toEqual([]);
  });

  it('refuses maps of another input size', () => {
    expect(() => decodeYunet(maps(64), 96, 0.5)).toThrow(/96/);
  });
});

it('scales boxes back to the picture, and frees what it made', async () => {
  const imaging = new FakeImaging();
  const net: Net = {
    forward: () => Promise.resolve(withFace(640, 10, 10, [0, 0, Math.log(2), Math.log(2)])),
  };
  const found = await new YunetDetector(imaging, net, spec, { minConfidence: 0.5 }).detect(
    blankRaster(1280, 720),
  );
  expect(found).toHaveLength(1);
  expect(found[0]!.box.x1).toBeCloseTo(288, 3);
  expect(found[0]!.box.y2).toBeCloseTo(352, 3);
  expect(imaging.steps).toEqual([
    { resize: [640, 360], interpolation: 'area' },
    { pad: { top: 0, left: 0, right: 0, bottom: 280 } },
    { blob: { width: 640, height: 640, scale: 1, mean: [0, 0, 0], bgr: true }, images: [[640, 640]] },
  ]);
  expect(imaging.held).toBe(0);
});

const weights = shared('models/face_detection_yunet_2023mar.onnx');
const group = shared('photos/group-1.jpg');

describe.skipIf(!weights || !group)('the net itself (needs ../shared/models and ../shared/photos)', () => {
  it('finds the 14 people of a group photo, alike on both engines', async () => {
    const { imaging, engine } = loadOpenCv();
    const decoder = createPictures();
    const { raster } = await decoder.decode(await readFile(group!), {
      maxDim: 720,
      maxPixels: 1e8,
      maxMemory: 2e9,
      thorough: false,
    });
    const found: (readonly Detection[])[] = [];
    for (const each of [engine, await loadOnnxRuntime()]) {
      const net = await each.loadNet({ format: 'onnx', weights: weights! });
      found.push(await new YunetDetector(imaging, net, spec, { minConfidence: 0.7 }).detect(raster));
    }
    const [ours, theirs] = found;
    expect(ours).toHaveLength(14);
    expect(theirs).toHaveLength(14);
    for (const [index, { box, confidence }] of ours!.entries()) {
      expect(iou(box, theirs![index]!.box)).toBeGreaterThan(0.999);
      expect(confidence).toBeCloseTo(theirs![index]!.confidence, 3);
    }
  });
});
