/** Cells of the small copy: enough for a change of scene, few enough that the noise of a camera averages out. */
const COLUMNS = 64;
const ROWS = 36;

/** Pixels of a cell that are looked at along each side: a hundredth of a large frame tells its mean as well. */
const SAMPLES = 8;

const BMP_PIXELS_AT = 10;
const BMP_WIDTH = 18;
const BMP_HEIGHT = 22;

/** A small grey copy of a frame: the mean lightness of each cell, 0..1, rows from the bottom. */
export type GreyCopy = Float32Array;

/** @param bmp of 24 bits a pixel, rows from the bottom, as ffmpeg writes it. */
export function greyCopy(bmp: Buffer): GreyCopy {
  const { width, height } = sizeOf(bmp);
  const pixelsAt = bmp.readUInt32LE(BMP_PIXELS_AT);
  const stride = Math.ceil((width * 3) / 4) * 4;
  const copy = new Float32Array(COLUMNS * ROWS);
  for (let row = 0; row < ROWS; row++) {
    const [top, bottom] = span(row, ROWS, height);
    const down = Math.max(1, Math.floor((bottom - top) / SAMPLES));
    for (let column = 0; column < COLUMNS; column++) {
      const [left, right] = span(column, COLUMNS, width);
      const across = Math.max(1, Math.floor((right - left) / SAMPLES));
      let sum = 0;
      let count = 0;
      for (let y = top; y < bottom; y += down) {
        for (let x = left; x < right; x += across) {
          const at = pixelsAt + y * stride + x * 3;
          // Rec. 601, in 65,536ths: blue, green, red.
          sum += 7471 * (bmp[at] ?? 0) + 38_470 * (bmp[at + 1] ?? 0) + 19_595 * (bmp[at + 2] ?? 0);
          count += 1;
        }
      }
      copy[row * COLUMNS + column] = sum / (count * 65_536 * 255);
    }
  }
  return copy;
}

/** Mean absolute difference of two copies, 0..1. */
export function meanDifference(a: GreyCopy, b: GreyCopy): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += Math.abs((a[at] ?? 0) - (b[at] ?? 0));
  return sum / a.length;
}

/** In pixels. */
export function sizeOf(bmp: Buffer): { readonly width: number; readonly height: number } {
  return { width: bmp.readInt32LE(BMP_WIDTH), height: Math.abs(bmp.readInt32LE(BMP_HEIGHT)) };
}

/** Pixels of a cell, at least one: a small frame's cells share theirs. */
function span(cell: number, cells: number, size: number): readonly [number, number] {
  const from = Math.floor((cell * size) / cells);
  return [from, Math.max(from + 1, Math.floor(((cell + 1) * size) / cells))];
}
