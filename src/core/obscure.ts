import type { BoundingBox, Raster } from '../types.js';
import { growBox, pixelBox } from './box.js';
import type { BlurStyle } from './copies.js';

/**
 * Each side of the box is moved out by this share: detectors' boxes leave out hair, ears and chin. An ellipse in a box
 * grown so covers the face's own box to its corners: 2 * (0.5 / 0.75)² < 1.
 */
const GROW = 0.25;

/**
 * What is left of a face: so many colours along the longer side of the grown box, whatever its size, less than three of
 * them across the face itself. A weaker blur can be undone or matched with a portrait (McPherson, Shokri, Shmatikov 2016,
 * "Defeating image obfuscation with deep learning", from mosaics that left 8 across a face or more). With 5 and 6 the
 * detector of `compact` found one of 21 faces again, with 4 none, blurred or in blocks.
 */
const CELLS = 4;

/**
 * Makes a face unrecognisable, in the raster itself: nothing of the ellipse around it is kept but the mean colours of a
 * coarse grid. The same raster always gives the same one.
 *
 * @param box the face, in pixels of the raster.
 */
export function obscure(raster: Raster, box: BoundingBox, style: BlurStyle): void {
  const around = growBox(box, GROW);
  const region = pixelBox(around, raster.width, raster.height);
  const cell = Math.max(around.x2 - around.x1, around.y2 - around.y1) / CELLS;
  const grid = meansOf(raster, region, cell);
  const colourAt = style === 'blur' ? smooth(grid) : blocks(grid);
  const centre = { x: (around.x1 + around.x2) / 2, y: (around.y1 + around.y2) / 2 };
  const radius = { x: centre.x - around.x1, y: centre.y - around.y1 };
  for (let y = region.y1; y < region.y2; y++) {
    const height = (y + 0.5 - centre.y) / radius.y;
    const reach = radius.x * Math.sqrt(Math.max(0, 1 - height * height));
    const from = Math.max(region.x1, Math.floor(centre.x - reach));
    const to = Math.min(region.x2, Math.ceil(centre.x + reach));
    for (let x = from; x < to; x++) {
      const at = (y * raster.width + x) * 3;
      colourAt(
        (x + 0.5 - region.x1) / grid.cellWidth,
        (y + 0.5 - region.y1) / grid.cellHeight,
        raster.data,
        at,
      );
    }
  }
}

/** Mean colours, row by row; cells are as good as square and fill the region. */
interface Grid {
  readonly columns: number;
  readonly rows: number;
  readonly cellWidth: number;
  readonly cellHeight: number;
  /** Red, green, blue of each cell. */
  readonly means: Float64Array;
}

function meansOf({ data, width }: Raster, { x1, y1, x2, y2 }: BoundingBox, cell: number): Grid {
  const columns = Math.max(1, Math.round((x2 - x1) / cell));
  const rows = Math.max(1, Math.round((y2 - y1) / cell));
  const [cellWidth, cellHeight] = [(x2 - x1) / columns, (y2 - y1) / rows];
  const means = new Float64Array(columns * rows * 3);
  const counts = new Float64Array(columns * rows);
  for (let y = y1; y < y2; y++) {
    const row = Math.min(rows - 1, Math.floor((y + 0.5 - y1) / cellHeight)) * columns;
    for (let x = x1; x < x2; x++) {
      const index = row + Math.min(columns - 1, Math.floor((x + 0.5 - x1) / cellWidth));
      const at = (y * width + x) * 3;
      for (let channel = 0; channel < 3; channel++)
        means[index * 3 + channel] = (means[index * 3 + channel] ?? 0) + (data[at + channel] ?? 0);
      counts[index] = (counts[index] ?? 0) + 1;
    }
  }
  for (const [index, sum] of means.entries()) {
    // A cell of less than a pixel may have none of its own.
    means[index] = sum / Math.max(1, counts[Math.floor(index / 3)] ?? 1);
  }
  return { columns, rows, cellWidth, cellHeight, means };
}

/** Writes the colour of a place, in cells from the corner of the grid. */
type ColourAt = (column: number, row: number, data: Buffer, at: number) => void;

function blocks({ columns, rows, means }: Grid): ColourAt {
  return (column, row, data, at) => {
    const cell = Math.min(rows - 1, Math.floor(row)) * columns + Math.min(columns - 1, Math.floor(column));
    for (let channel = 0; channel < 3; channel++)
      data[at + channel] = Math.round(means[cell * 3 + channel] ?? 0);
  };
}

/** Between the middles of cells colours run from one to the next. */
function smooth({ columns, rows, means }: Grid): ColourAt {
  return (column, row, data, at) => {
    const [x, y] = [clamp(column - 0.5, columns), clamp(row - 0.5, rows)];
    const [left, top] = [Math.floor(x), Math.floor(y)];
    const [right, bottom] = [Math.min(columns - 1, left + 1), Math.min(rows - 1, top + 1)];
    const [across, down] = [x - left, y - top];
    for (let channel = 0; channel < 3; channel++) {
      const mean = (r: number, c: number): number => means[(r * columns + c) * 3 + channel] ?? 0;
      const upper = mean(top, left) * (1 - across) + mean(top, right) * across;
      const lower = mean(bottom, left) * (1 - across) + mean(bottom, right) * across;
      data[at + channel] = Math.round(upper * (1 - down) + lower * down);
    }
  };
}

function clamp(value: number, count: number): number {
  return Math.min(count - 1, Math.max(0, value));
}
