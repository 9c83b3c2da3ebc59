import sharp from 'sharp';
import type { Raster } from '../../../src/types.js';

/** Mean colours of a picture's cells, 0 to 255, row by row: `3 * columns * rows` numbers. */
export interface Grid {
  /** Of the picture as seen, in pixels. */
  readonly width: number;
  readonly height: number;
  readonly cells: readonly number[];
}

const CELLS = 16;

/**
 * Mean colour of each cell of a grid of 16 x 16, of fewer where the picture has fewer pixels.
 * @param size of the original; the raster may be shrunk.
 */
export function gridOf(raster: Raster, { width, height }: { width: number; height: number }): Grid {
  const [columns, rows] = [Math.min(CELLS, raster.width), Math.min(CELLS, raster.height)];
  const cells: number[] = [];
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      const [left, right] = bounds(column, columns, raster.width);
      const [top, bottom] = bounds(row, rows, raster.height);
      cells.push(...meanColour(raster, left, right, top, bottom));
    }
  }
  return { width, height, cells };
}

const bounds = (index: number, count: number, length: number): [number, number] => [
  Math.floor((index * length) / count),
  Math.floor(((index + 1) * length) / count),
];

function meanColour(raster: Raster, left: number, right: number, top: number, bottom: number): number[] {
  const sums = [0, 0, 0];
  for (let y = top; y < bottom; y += 1)
    for (let x = left; x < right; x += 1)
      for (const channel of [0, 1, 2])
        sums[channel] = sums[channel]! + raster.data.readUInt8((y * raster.width + x) * 3 + channel);
  return sums.map((sum) => Math.round((sum / ((right - left) * (bottom - top))) * 10) / 10);
}

/** A grid as JSON holds it: a byte a number, in base64. */
export interface StoredGrid {
  readonly width: number;
  readonly height: number;
  readonly cells: string;
}

export const storeGrid = ({ width, height, cells }: Grid): StoredGrid => ({
  width,
  height,
  cells: Buffer.from(cells.map(Math.round)).toString('base64'),
});

export const restoreGrid = ({ width, height, cells }: StoredGrid): Grid => ({
  width,
  height,
  cells: [...Buffer.from(cells, 'base64')],
});

/** The grid of a PNG that another program wrote, shrunk to `longest` pixels and on white as facetag reads pictures. */
export async function gridOfPng(file: string, longest: number): Promise<Grid> {
  const { width, height } = await sharp(file).metadata();
  const { data, info } = await sharp(file)
    .resize({ width: longest, height: longest, fit: 'inside', withoutEnlargement: true, kernel: 'lanczos3' })
    .flatten({ background: '#fff' })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return gridOf({ data, width: info.width, height: info.height }, { width, height });
}

/** Largest difference of a cell; infinite where the sizes differ. */
export function gridDifference(a: Grid, b: Grid): number {
  if (a.width !== b.width || a.height !== b.height || a.cells.length !== b.cells.length) return Infinity;
  return Math.max(...a.cells.map((cell, index) => Math.abs(cell - b.cells[index]!)));
}
