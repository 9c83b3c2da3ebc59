import type { BoundingBox, Raster } from '../types.js';

/** Quarter turns clockwise. */
export const TURNS = [0, 1, 2, 3] as const;
export type Turns = (typeof TURNS)[number];

/** The raster turned clockwise. */
export function turnRaster(raster: Raster, turns: Turns): Raster {
  if (turns === 0) return raster;
  const { data, width, height } = raster;
  const turned = Buffer.allocUnsafe(data.length);
  const [newWidth, newHeight] = turns === 2 ? [width, height] : [height, width];
  // Where the pixel that comes first is, and how far it is from one to the next along a new row and from row to row.
  const [first, along, down] = {
    1: [(height - 1) * width, -width, 1],
    2: [width * height - 1, -1, -width],
    3: [width - 1, width, -1],
  }[turns] as [number, number, number];
  let to = 0;
  for (let y = 0; y < newHeight; y++) {
    let from = (first + y * down) * 3;
    for (let x = 0; x < newWidth; x++) {
      turned[to] = data[from] ?? 0;
      turned[to + 1] = data[from + 1] ?? 0;
      turned[to + 2] = data[from + 2] ?? 0;
      to += 3;
      from += along * 3;
    }
  }
  return { data: turned, width: newWidth, height: newHeight };
}

/**
 * Where a box of a picture is once the picture is turned clockwise.
 * @param size of the picture before it is turned.
 */
export function turnBox(
  { x1, y1, x2, y2 }: BoundingBox,
  turns: Turns,
  { width, height }: Pick<Raster, 'width' | 'height'>,
): BoundingBox {
  switch (turns) {
    case 0:
      return { x1, y1, x2, y2 };
    case 1:
      return { x1: height - y2, y1: x1, x2: height - y1, y2: x2 };
    case 2:
      return { x1: width - x2, y1: height - y2, x2: width - x1, y2: height - y1 };
    case 3:
      return { x1: y1, y1: width - x2, x2: y2, y2: width - x1 };
  }
}

/** What takes back a turn. */
export function turnedBack(turns: Turns): Turns {
  return ((4 - turns) % 4) as Turns;
}
