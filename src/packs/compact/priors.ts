import type { BoundingBox } from '../../types.js';

/** An anchor box as a share of the input's side. */
export interface Prior {
  readonly y: number;
  readonly x: number;
  readonly height: number;
  readonly width: number;
}

/** Cells a side of the six feature maps at an input of 512 pixels. */
const mapSides = [32, 16, 8, 4, 2, 1];

/** TensorFlow's SSD anchors: the maps' scales run evenly from the first to the last. */
const minScale = 0.2;
const maxScale = 0.95;

/** Side of the extra small square on the first map. */
const smallestScale = 0.1;

/** The training set-up says 0.3333, not a third. */
const narrow = 0.3333;

/** Variances of the box code: what the net gives is ten times the shift and five times the log of the size. */
const centreVariance = 10;
const sizeVariance = 5;

/**
 * The 5118 anchors of the detector, map by map, row by row, in the order of the net's outputs. They equal the
 * `Output/extra_dim` that face-api's model file carries.
 */
export function ssdPriors(): readonly Prior[] {
  return mapSides.flatMap((side, map) => {
    const shapes = anchorShapes(map);
    return Array.from({ length: side * side }, (_, cell) => {
      const y = (Math.floor(cell / side) + 0.5) / side;
      const x = ((cell % side) + 0.5) / side;
      return shapes.map((shape) => ({ y, x, ...shape }));
    }).flat();
  });
}

function anchorShapes(map: number): readonly Pick<Prior, 'height' | 'width'>[] {
  const scale = scaleOf(map);
  if (map === 0) return [shape(smallestScale, 1), shape(scale, 2), shape(scale, 1 / 2)];
  const between = Math.sqrt(scale * scaleOf(map + 1));
  return [
    shape(scale, 1),
    shape(between, 1),
    shape(scale, 2),
    shape(scale, 1 / 2),
    shape(scale, 3),
    shape(scale, narrow),
  ];
}

/** Past the last map the scale is 1. */
function scaleOf(map: number): number {
  const last = mapSides.length - 1;
  return map > last ? 1 : minScale + ((maxScale - minScale) * map) / last;
}

/** @param ratio width over height. */
function shape(scale: number, ratio: number): Pick<Prior, 'height' | 'width'> {
  return { height: scale / Math.sqrt(ratio), width: scale * Math.sqrt(ratio) };
}

/**
 * One box of the net.
 * @param code the net's four numbers: shift of the centre in y and x, log of height and width, against `prior`.
 * @param side of the input in pixels; so is the result.
 */
export function decodeBox(code: ArrayLike<number>, prior: Prior, side: number): BoundingBox {
  const y = ((code[0] ?? 0) / centreVariance) * prior.height + prior.y;
  const x = ((code[1] ?? 0) / centreVariance) * prior.width + prior.x;
  const height = Math.exp((code[2] ?? 0) / sizeVariance) * prior.height;
  const width = Math.exp((code[3] ?? 0) / sizeVariance) * prior.width;
  return {
    x1: (x - width / 2) * side,
    y1: (y - height / 2) * side,
    x2: (x + width / 2) * side,
    y2: (y + height / 2) * side,
  };
}
