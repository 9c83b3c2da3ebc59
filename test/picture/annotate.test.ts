import { describe, expect, it } from 'vitest';
import { annotate } from '../../src/picture/annotate.js';
import type { Canvas, CanvasFactory, Rgb } from '../../src/ports.js';
import type { BoundingBox, Face, Raster } from '../../src/types.js';

const WHITE = 255;

function blank(width: number, height: number): Raster {
  return { data: Buffer.alloc(width * height * 3, WHITE), width, height };
}

/** Fills whole boxes, and counts canvases that are open. */
class FakeCanvases implements CanvasFactory {
  open_ = 0;
  largest = 0;
  texts: string[] = [];

  open({ data, width, height }: Raster): Canvas {
    this.open_ += 1;
    this.largest = Math.max(this.largest, data.length);
    const copy = Buffer.from(data);
    const fill = ({ x1, y1, x2, y2 }: BoundingBox, [red]: Rgb): void => {
      for (let y = Math.max(0, Math.round(y1)); y < Math.min(height, Math.round(y2)); y += 1) {
        copy.fill(
          red,
          (y * width + Math.max(0, Math.round(x1))) * 3,
          (y * width + Math.min(width, Math.round(x2))) * 3,
        );
      }
    };
    return {
      width,
      height,
      fillRectangle: fill,
      strokeRectangle: (box, colour) => {
        fill(box, colour);
      },
      text: (line) => {
        this.texts.push(line);
      },
      textSize: (line, scale) => ({ width: line.length * 20 * scale, height: 22 * scale, baseline: 0 }),
      toRaster: () => ({ data: copy, width, height }),
      release: () => {
        this.open_ -= 1;
      },
    };
  }
}

const face: Face = {
  box: { x1: 40, y1: 200, x2: 140, y2: 700 },
  confidence: 0.9,
  attributes: { gender: 'Male', genderConfidence: 0.8, age: '(4-6)' },
};

describe('annotate', () => {
  it('draws across bands as if there were none', () => {
    const canvases = new FakeCanvases();
    const raster = blank(200, 1000);
    annotate(raster, [face], canvases);
    const { data } = raster;
    const painted = (y: number): boolean => data[(y * 200 + 90) * 3] !== WHITE;
    for (let y = 205; y < 695; y += 1) expect(painted(y)).toBe(true);
    expect(painted(705)).toBe(false);
    expect(painted(100)).toBe(false);
    expect(new Set(canvases.texts)).toEqual(new Set(['Male 80 %', '(4-6)']));
  });

  it('holds one small canvas at a time and releases it', () => {
    const canvases = new FakeCanvases();
    annotate(blank(200, 1000), [face], canvases);
    expect(canvases.open_).toBe(0);
    expect(canvases.largest).toBeLessThan(200 * 400 * 3);
  });

  it('releases the canvas when drawing fails', () => {
    const canvases = new FakeCanvases();
    const failing: CanvasFactory = {
      open: (raster) => ({
        ...canvases.open(raster),
        fillRectangle: () => {
          throw new Error('broken');
        },
      }),
    };
    expect(() => {
      annotate(blank(200, 1000), [face], failing);
    }).toThrow('broken');
    expect(canvases.open_).toBe(0);
  });

  it('opens no canvas for a picture without faces', () => {
    const canvases = new FakeCanvases();
    const raster = blank(20, 10);
    annotate(raster, [], canvases);
    expect(raster.data.every((value) => value === WHITE)).toBe(true);
    expect(canvases.largest).toBe(0);
  });
});
