import type { BoundingBox, Raster } from '../types.js';
import { blurEffect } from './blur-effect.js';
import { pixelBox } from './box.js';

/** Side of the square that faces are judged on, in pixels: the input of compact's net. */
const SIDE = 112;

/** Luma of ITU-R BT.601, which 8-bit sRGB grey is by custom. */
const LUMA = [0.299, 0.587, 0.114] as const;

/**
 * How much of a face can be seen: 1 less the blur effect of the face stretched to 112 pixels, so that few pixels and lost
 * focus count alike. Under 0.25 the nets' answers lose touch with the face: see docs/accuracy.md.
 * @param box pixels of the raster; meets it.
 * @returns 0..1, in practice 0.1 to 0.7.
 */
export function faceQuality(raster: Raster, box: BoundingBox): number {
  return 1 - blurEffect(greySquare(raster, pixelBox(box, raster.width, raster.height)), SIDE);
}

/** The pixels of a box as grey values on the square: averaged where there are more of them, interpolated where fewer. */
function greySquare(raster: Raster, { x1, y1, x2, y2 }: BoundingBox): Float32Array {
  const columns = samples(x1, x2);
  const rows = samples(y1, y2);
  const square = new Float32Array(SIDE * SIDE);
  for (const [y, row] of rows.entries()) {
    for (const [x, column] of columns.entries()) {
      let sum = 0;
      for (const [fromTop, high] of row) {
        for (const [fromLeft, wide] of column) sum += high * wide * grey(raster, fromLeft, fromTop);
      }
      square[y * SIDE + x] = sum;
    }
  }
  return square;
}

/** For each place of the square the pixels that go into it, and their weights, which add up to 1. */
function samples(start: number, end: number): (readonly (readonly [number, number])[])[] {
  const scale = (end - start) / SIDE;
  return Array.from({ length: SIDE }, (_, index) => {
    if (scale >= 1) {
      const from = Math.floor(start + index * scale);
      const count = Math.max(1, Math.floor(start + (index + 1) * scale) - from);
      return Array.from({ length: count }, (__, pixel) => [from + pixel, 1 / count] as const);
    }
    const at = Math.min(Math.max(start, start + (index + 0.5) * scale - 0.5), end - 1);
    const from = Math.floor(at);
    const share = at - from;
    return [[from, 1 - share] as const, [Math.min(from + 1, end - 1), share] as const];
  });
}

function grey({ data, width }: Raster, x: number, y: number): number {
  const at = (y * width + x) * 3;
  return LUMA.reduce((sum, weight, channel) => sum + weight * (data[at + channel] ?? 0), 0);
}
