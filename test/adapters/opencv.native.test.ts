import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkVersion, loadOpenCv } from '../../src/adapters/opencv.js';
import type { OpenCv } from '../../src/adapters/opencv.js';
import { GraphBuilder } from '../../src/convert/onnx/graph.js';
import type { EngineImage } from '../../src/ports.js';
import type { Raster } from '../../src/types.js';

let cv: OpenCv;
let folder: string;
beforeAll(async () => {
  cv = loadOpenCv();
  folder = await mkdtemp(path.join(os.tmpdir(), 'facetag-opencv-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Each pixel is (x, y, 100). */
function gradient(width: number, height: number): Raster {
  const data = Buffer.alloc(width * height * 3, 100);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) data.set([x, y], (y * width + x) * 3);
  }
  return { data, width, height };
}

const plain = { scale: 1, mean: [0, 0, 0], bgr: false } as const;

/** Channel-first values of an image. */
function values(image: EngineImage): number[] {
  const blob = cv.imaging.blob([image], { ...plain, width: image.width, height: image.height });
  try {
    return [...blob.toFloat32()];
  } finally {
    blob.release();
  }
}

describe('imaging', () => {
  it('makes channel-first blobs, one row per image', () => {
    const image = cv.imaging.load(gradient(3, 2));
    const blob = cv.imaging.blob([image, image.crop({ x1: 0, y1: 0, x2: 3, y2: 2 })], {
      ...plain,
      width: 3,
      height: 2,
    });
    expect(blob.shape).toEqual([2, 3, 2, 3]);
    const one = [0, 1, 2, 0, 1, 2, 0, 0, 0, 1, 1, 1, 100, 100, 100, 100, 100, 100];
    expect([...blob.toFloat32()]).toEqual([...one, ...one]);
  });

  it('subtracts the mean in blob order, then scales; swaps channels only when told', () => {
    const image = cv.imaging.load({ data: Buffer.from([10, 20, 30]), width: 1, height: 1 });
    const spec = { width: 1, height: 1, scale: 0.5, mean: [4, 8, 12] } as const;
    expect([...cv.imaging.blob([image], { ...spec, bgr: false }).toFloat32()]).toEqual([3, 6, 9]);
    expect([...cv.imaging.blob([image], { ...spec, bgr: true }).toFloat32()]).toEqual([13, 6, -1]);
  });

  it('does not crop to keep the shape when a blob resizes', () => {
    const image = cv.imaging.load(gradient(4, 2));
    const blob = cv.imaging.blob([image], { ...plain, width: 2, height: 2 });
    expect([...blob.toFloat32()].slice(0, 4)).toEqual([0.5, 2.5, 0.5, 2.5].map(Math.round));
  });

  it('crops, and a crop outlives its image', () => {
    const image = cv.imaging.load(gradient(4, 3));
    const crop = image.crop({ x1: 1, y1: 2, x2: 3, y2: 3 });
    image.release();
    expect(crop).toMatchObject({ width: 2, height: 1 });
    expect(values(crop)).toEqual([1, 2, 2, 2, 100, 100]);
  });

  it('pads each side with black or with the edge', () => {
    const image = cv.imaging.load({ data: Buffer.from([7, 8, 9]), width: 1, height: 1 });
    const sides = { top: 1, right: 2, bottom: 0, left: 0 };
    expect(values(image.pad(sides, 'constant')).slice(0, 6)).toEqual([0, 0, 0, 7, 0, 0]);
    expect(values(image.pad(sides, 'replicate')).slice(0, 6)).toEqual([7, 7, 7, 7, 7, 7]);
  });

  it.each(['nearest', 'linear', 'cubic', 'area'] as const)('resizes with %s', (interpolation) => {
    const resized = cv.imaging.load(gradient(8, 4)).resize(4, 2, interpolation);
    expect(resized).toMatchObject({ width: 4, height: 2 });
    const [first, , , last] = values(resized);
    expect(last).toBeGreaterThan(first!);
  });
});

describe('what would crash the process is refused before', () => {
  const small = (): EngineImage => cv.imaging.load(gradient(4, 4));
  it.each<[string, () => unknown]>([
    ['too few bytes', () => cv.imaging.load({ data: Buffer.alloc(11), width: 2, height: 2 })],
    ['an empty picture', () => cv.imaging.load({ data: Buffer.alloc(0), width: 0, height: 0 })],
    ['a negative size', () => small().resize(-4, 4, 'linear')],
    ['a size past memory', () => small().resize(100_000, 100_000, 'linear')],
    ['a fractional size', () => small().resize(2.5, 2, 'linear')],
    ['a crop outside', () => small().crop({ x1: 2, y1: 0, x2: 5, y2: 2 })],
    ['an empty crop', () => small().crop({ x1: 2, y1: 2, x2: 2, y2: 3 })],
    ['a fractional crop', () => small().crop({ x1: 0.5, y1: 0, x2: 2, y2: 2 })],
    ['negative padding', () => small().pad({ top: -1, right: 0, bottom: 0, left: 0 }, 'constant')],
    ['padding past memory', () => small().pad({ top: 0, right: 70_000, bottom: 0, left: 0 }, 'constant')],
    ['a blob of nothing', () => cv.imaging.blob([], { ...plain, width: 2, height: 2 })],
  ])('%s', (_, call) => {
    expect(call).toThrow(RangeError);
  });
});

describe('the engine', () => {
  /** y = 2x, z = x + 1 over N x 3 x 2 x 2. */
  async function twoOutputs(): Promise<string> {
    const graph = new GraphBuilder('two-outputs');
    const x = graph.input('x', ['N', 3, 2, 2]);
    const constant = (name: string, value: number): string =>
      graph.constant(name, { shape: [1, 3, 1, 1], data: new Float32Array(3).fill(value) });
    graph.node('Mul', 'y', [x, constant('two', 2)]);
    graph.node('Add', 'z', [x, constant('one', 1)]);
    graph.output('y', ['N', 3, 2, 2]);
    graph.output('z', ['N', 3, 2, 2]);
    const file = path.join(folder, 'two.onnx');
    await writeFile(file, graph.build());
    return file;
  }

  it('gives each named output, for any number of rows, as a copy', async () => {
    const net = await cv.engine.loadNet({ format: 'onnx', weights: await twoOutputs() });
    const image = cv.imaging.load(gradient(2, 2));
    const run = (count: number): Promise<readonly Float32Array[]> =>
      net.forward(cv.imaging.blob(Array<EngineImage>(count).fill(image), { ...plain, width: 2, height: 2 }), [
        'z',
        'y',
      ]);
    const first = await run(1);
    const kept = first.map((values) => [...values]);
    expect(kept[0]).toEqual([1, 2, 1, 2, 1, 1, 2, 2, 101, 101, 101, 101]);
    expect(kept[1]).toEqual([0, 2, 0, 2, 0, 0, 2, 2, 200, 200, 200, 200]);
    const second = await run(3);
    expect(second.map((values) => values.length)).toEqual([36, 36]);
    expect(first.map((values) => [...values])).toEqual(kept);
  });

  it('turns failures of the binding into errors', async () => {
    const net = await cv.engine.loadNet({ format: 'onnx', weights: await twoOutputs() });
    const blob = cv.imaging.blob([cv.imaging.load(gradient(2, 2))], { ...plain, width: 2, height: 2 });
    await expect(net.forward(blob, ['absent'])).rejects.toThrow(Error);
  });

  it('refuses a format that it does not read, and never waits for it', async () => {
    expect(cv.engine.reads).not.toContain('tfjs');
    await expect(cv.engine.loadNet({ format: 'tfjs', weights: 'a.bin' })).rejects.toMatchObject({
      code: 'INTERNAL',
    });
  });

  it.each(['onnx', 'caffe', 'tensorflow'] as const)(
    'names the %s file that it cannot read',
    async (format) => {
      const weights = path.join(folder, 'garbage.bin');
      await writeFile(weights, 'no net at all');
      await expect(cv.engine.loadNet({ format, weights, definition: weights })).rejects.toMatchObject({
        code: 'MODEL_CORRUPT',
        message: expect.stringContaining(weights) as string,
      });
    },
  );
});

describe('the canvas', () => {
  const white = (): Raster => ({ data: Buffer.alloc(60 * 40 * 3, 255), width: 60, height: 40 });
  const pixel = ({ data, width }: Raster, x: number, y: number): number[] => [
    ...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3),
  ];

  it('draws on a copy, in RGB, clipped to the picture', () => {
    const raster = white();
    const canvas = cv.canvases.open(raster);
    canvas.fillRectangle({ x1: 10, y1: 10, x2: 20, y2: 20 }, [255, 0, 0]);
    canvas.strokeRectangle({ x1: -5, y1: 30, x2: 30, y2: 90 }, [0, 0, 255], 1);
    const drawn = canvas.toRaster();
    canvas.release();
    expect(pixel(drawn, 15, 15)).toEqual([255, 0, 0]);
    expect(pixel(drawn, 25, 15)).toEqual([255, 255, 255]);
    expect(pixel(drawn, 15, 30)).toEqual([0, 0, 255]);
    expect(pixel(drawn, 15, 35)).toEqual([255, 255, 255]);
    expect(raster.data.every((value) => value === 255)).toBe(true);
  });

  it('writes text inside the size that it says', () => {
    const canvas = cv.canvases.open(white());
    const size = canvas.textSize('Ag', 0.5, 1);
    canvas.text('Ag', { x: 10, y: 25 }, [0, 0, 0], 0.5, 1);
    const { data, width } = canvas.toRaster();
    canvas.release();
    const inked = [...data.keys()]
      .filter((index) => index % 3 === 0 && data[index]! < 200)
      .map((index) => index / 3);
    const [xs, ys] = [inked.map((index) => index % width), inked.map((index) => Math.floor(index / width))];
    expect(Math.min(...xs)).toBeGreaterThanOrEqual(9);
    expect(Math.max(...xs)).toBeLessThanOrEqual(11 + size.width);
    expect(Math.min(...ys)).toBeGreaterThanOrEqual(24 - size.height);
    expect(Math.max(...ys)).toBeGreaterThan(25);
    expect(Math.max(...ys)).toBeLessThanOrEqual(26 + size.baseline);
  });

  it('refuses a raster whose bytes are too few', () => {
    expect(() => cv.canvases.open({ data: Buffer.alloc(5), width: 2, height: 2 })).toThrow(RangeError);
  });
});

describe('versions', () => {
  const version = (major: number, minor: number): Parameters<typeof checkVersion>[0] => ({
    getVersionMajor: () => major,
    getVersionMinor: () => minor,
    getVersionRevision: () => 1,
  });

  it.each([
    [4, 5],
    [4, 6],
    [4, 12],
  ])('%d.%d is taken', (major, minor) => {
    expect(checkVersion(version(major, minor))).toBe(`${major}.${minor}.1`);
  });

  it.each([
    [3, 4],
    [4, 4],
    [5, 0],
  ])('%d.%d is refused with a remedy', (major, minor) => {
    expect(() => checkVersion(version(major, minor))).toThrow(
      expect.objectContaining({
        code: 'OPENCV_UNSUPPORTED',
        message: expect.stringContaining('4.5') as string,
      }),
    );
  });
});
