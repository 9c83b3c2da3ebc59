import { describe, expect, it } from 'vitest';
import { greyCopy, meanDifference, sizeOf } from '../../src/video/grey-copy.js';

type Colour = readonly [red: number, green: number, blue: number];

/** A BMP file of 24 bits a pixel. */
function bmp(width: number, height: number, colourAt: (x: number, y: number) => Colour): Buffer {
  const stride = Math.ceil((width * 3) / 4) * 4;
  const file = Buffer.alloc(54 + stride * height);
  file.write('BM', 'latin1');
  file.writeUInt32LE(file.length, 2);
  file.writeUInt32LE(54, 10);
  file.writeInt32LE(width, 18);
  file.writeInt32LE(height, 22);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [red, green, blue] = colourAt(x, y);
      file.set([blue, green, red], 54 + y * stride + x * 3);
    }
  }
  return file;
}

const plain = (colour: Colour) => greyCopy(bmp(99, 57, () => colour));

describe('the difference of frames', () => {
  it('is 0 for the same and 1 for black and white', () => {
    const [black, white] = [plain([0, 0, 0]), plain([255, 255, 255])];
    expect(meanDifference(black, black)).toBe(0);
    expect(meanDifference(black, white)).toBeCloseTo(1, 5);
    expect(meanDifference(white, black)).toBeCloseTo(1, 5);
  });

  it.each<[Colour, number]>([
    [[255, 0, 0], 0.299],
    [[0, 255, 0], 0.587],
    [[0, 0, 255], 0.114],
  ])('weighs the colour %j as an eye does', (colour, share) => {
    expect(meanDifference(plain([0, 0, 0]), plain(colour))).toBeCloseTo(share, 3);
  });

  it('is the share of the frame that changes', () => {
    const before = greyCopy(bmp(640, 360, () => [0, 0, 0]));
    const quarter = greyCopy(bmp(640, 360, (x, y) => (x < 320 && y < 180 ? [255, 255, 255] : [0, 0, 0])));
    expect(meanDifference(before, quarter)).toBeCloseTo(0.25, 3);
  });

  it('hardly sees noise, and takes frames smaller than the copy', () => {
    const noisy = (seed: number) =>
      greyCopy(
        bmp(1280, 720, (x, y) => {
          const value = 100 + (((x * 7919 + y * 104_729) * seed) % 20);
          return [value, value, value];
        }),
      );
    expect(meanDifference(noisy(1), noisy(3))).toBeLessThan(0.01);
    const tiny = greyCopy(bmp(3, 2, () => [255, 255, 255]));
    expect(meanDifference(tiny, plain([255, 255, 255]))).toBeLessThan(1e-5);
    expect(sizeOf(bmp(3, 2, () => [0, 0, 0]))).toEqual({ width: 3, height: 2 });
  });
});
