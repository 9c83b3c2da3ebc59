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
function greySquare(raster: Raster, box: BoundingBox): Float32Array {
  const greys = greyPixels(raster, box);
  const wide = box.x2 - box.x1;
  const columns = samples(box.x1, box.x2);
  const rows = samples(box.y1, box.y2);
  const square = new Float32Array(SIDE * SIDE);
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) weigh(greys, wide, rows, y, columns, x, square);
  }
  return square;
}

/** Grey values of the pixels of a box, row by row. */
function greyPixels({ data, width }: Raster, { x1, y1, x2, y2 }: BoundingBox): Float64Array {
  const [red, green, blue] = LUMA;
  const greys = new Float64Array((x2 - x1) * (y2 - y1));
  let to = 0;
  for (let y = y1; y < y2; y++) {
    const end = (y * width + x2) * 3;
    for (let at = (y * width + x1) * 3; at < end; at += 3) {
      greys[to++] = red * (data[at] ?? 0) + green * (data[at + 1] ?? 0) + blue * (data[at + 2] ?? 0);
    }
  }
  return greys;
}

/** For each place of the square the pixels that go into it, `count` from `first` on, with weights that add up to 1. */
interface Samples {
  readonly first: Int32Array;
  readonly count: Int32Array;
  /** `taps` for each place. */
  readonly weights: Float64Array;
  readonly taps: number;
}

/** The places of the square along one side of a box, which counts its pixels from its own start. */
function samples(start: number, end: number): Samples {
  const scale = (end - start) / SIDE;
  const taps = Math.max(2, Math.ceil(scale) + 1);
  const [first, count] = [new Int32Array(SIDE), new Int32Array(SIDE)];
  const weights = new Float64Array(SIDE * taps);
  for (let index = 0; index < SIDE; index++) {
    if (scale >= 1) {
      const from = Math.floor(start + index * scale);
      const pixels = Math.max(1, Math.floor(start + (index + 1) * scale) - from);
      first[index] = from - start;
      count[index] = pixels;
      weights.fill(1 / pixels, index * taps, index * taps + pixels);
    } else {
      const at = Math.min(Math.max(start, start + (index + 0.5) * scale - 0.5), end - 1);
      const from = Math.floor(at);
      const share = at - from;
      first[index] = from - start;
      // At the edge there is no second pixel, and its share is none.
      count[index] = Math.min(2, end - from);
      weights[index * taps] = 1 - share;
      weights[index * taps + 1] = share;
    }
  }
  return { first, count, weights, taps };
}

/** Fills in one place of the square. Numbers and arrays that it made on the way would be a megabyte a picture. */
function weigh(
  greys: Float64Array,
  wide: number,
  rows: Samples,
  y: number,
  columns: Samples,
  x: number,
  square: Float32Array,
): void {
  const top = rows.first[y] ?? 0;
  const high = rows.count[y] ?? 0;
  const left = columns.first[x] ?? 0;
  const across = columns.count[x] ?? 0;
  let sum = 0;
  for (let row = 0; row < high; row++) {
    const weight = rows.weights[y * rows.taps + row] ?? 0;
    const at = (top + row) * wide + left;
    for (let column = 0; column < across; column++) {
      sum += weight * (columns.weights[x * columns.taps + column] ?? 0) * (greys[at + column] ?? 0);
    }
  }
  square[y * SIDE + x] = sum;
}
