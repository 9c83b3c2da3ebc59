import type { BoundingBox } from '../types.js';

/** Side of the square input in pixels that all shares refer to. */
const inputSide = 512;

/** Pixels of the input between the cells of the first map; each further map has half as many cells a side. */
const firstStride = 16;
const maps = 6;

/** TensorFlow's SSD anchors: the maps' scales run evenly from the first to the last. */
const minScale = 0.2;
const maxScale = 0.95;

/** Side of the extra small square on the first map. */
const smallestScale = 0.1;

/** The training set-up says 0.3333, not a third. */
const narrow = 0.3333;

/** What the net gives is ten times the shift of the centre and five times the log of the size. */
const centreVariance = 10;
const sizeVariance = 5;

/** An anchor box: centre and size as shares of the square input's side. */
export interface Anchor {
  readonly y: number;
  readonly x: number;
  readonly height: number;
  readonly width: number;
}

interface FeatureMap {
  /** Index of its first anchor. */
  readonly start: number;
  readonly columns: number;
  /** Cells in the whole square input's side. */
  readonly cells: number;
  readonly shapes: readonly Pick<Anchor, 'height' | 'width'>[];
}

/**
 * The anchors of the detector in the order of the net's outputs: map by map, row by row. For the square input they are
 * the 5118 of `Output/extra_dim` in face-api's model file; for a part of it, those whose cells exist.
 */
export class AnchorGrid {
  /** Number of anchors: rows of the net's outputs. */
  readonly count: number;
  readonly #maps: readonly FeatureMap[];

  /** @param width, height of the net's input in pixels: multiples of 64. */
  constructor(width: number, height: number) {
    let [columns, rows, cells, start] = [
      width / firstStride,
      height / firstStride,
      inputSide / firstStride,
      0,
    ];
    this.#maps = Array.from({ length: maps }, (_, map) => {
      const shapes = anchorShapes(map);
      const result = { start, columns, cells, shapes };
      start += rows * columns * shapes.length;
      [columns, rows, cells] = [Math.ceil(columns / 2), Math.ceil(rows / 2), cells / 2];
      return result;
    });
    this.count = start;
  }

  /** @param index 0 to `count - 1`. */
  at(index: number): Anchor {
    const map = this.#maps.findLast(({ start }) => start <= index);
    if (map === undefined || index >= this.count) throw new RangeError(`No anchor ${index} of ${this.count}`);
    const cell = Math.floor((index - map.start) / map.shapes.length);
    const shape = map.shapes[(index - map.start) % map.shapes.length] ?? { height: 0, width: 0 };
    return {
      y: (Math.floor(cell / map.columns) + 0.5) / map.cells,
      x: ((cell % map.columns) + 0.5) / map.cells,
      ...shape,
    };
  }
}

function anchorShapes(map: number): readonly Pick<Anchor, 'height' | 'width'>[] {
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
  return map < maps ? minScale + ((maxScale - minScale) * map) / (maps - 1) : 1;
}

/** @param ratio width over height. */
function shape(scale: number, ratio: number): Pick<Anchor, 'height' | 'width'> {
  return { height: scale / Math.sqrt(ratio), width: scale * Math.sqrt(ratio) };
}

/**
 * One box of the net, in pixels of its input.
 * @param code the net's four numbers: shift of the centre in y and x, log of height and width, against the anchor.
 */
export function decodeBox(code: ArrayLike<number>, anchor: Anchor): BoundingBox {
  const y = ((code[0] ?? 0) / centreVariance) * anchor.height + anchor.y;
  const x = ((code[1] ?? 0) / centreVariance) * anchor.width + anchor.x;
  const halfHeight = (Math.exp((code[2] ?? 0) / sizeVariance) * anchor.height) / 2;
  const halfWidth = (Math.exp((code[3] ?? 0) / sizeVariance) * anchor.width) / 2;
  return {
    x1: (x - halfWidth) * inputSide,
    y1: (y - halfHeight) * inputSide,
    x2: (x + halfWidth) * inputSide,
    y2: (y + halfHeight) * inputSide,
  };
}
