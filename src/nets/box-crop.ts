import { growBox, intersection, pixelBox } from '../core/box.js';
import type { EngineImage, Sides } from '../ports.js';
import type { BoundingBox } from '../types.js';

interface Size {
  readonly width: number;
  readonly height: number;
}

/** What to cut out of the picture, and by how many pixels to extend each side of that. */
export interface CropPlan {
  /** Whole pixels inside the picture. */
  readonly inner: BoundingBox;
  readonly border: Sides;
}

/**
 * The face box grown by a share of its size, in whole pixels. Where it leaves the picture the edge is to be repeated:
 * black would shift these nets.
 * @param box meets the picture.
 */
export function planCrop(box: BoundingBox, padding: number, width: number, height: number): CropPlan {
  const grown = growBox(box, padding);
  const [x1, x2] = wholeSpan(grown.x1, grown.x2, width);
  const [y1, y2] = wholeSpan(grown.y1, grown.y2, height);
  const inner = intersection({ x1, y1, x2, y2 }, { x1: 0, y1: 0, x2: width, y2: height });
  return {
    inner,
    border: { top: inner.y1 - y1, right: x2 - inner.x2, bottom: y2 - inner.y2, left: inner.x1 - x1 },
  };
}

/** Rounded ends that share at least one pixel with 0..size. */
function wholeSpan(from: number, to: number, size: number): readonly [number, number] {
  const start = Math.min(Math.round(from), size - 1);
  return [start, Math.max(Math.round(to), start + 1, 1)];
}

/** The face with its border, in its own size. The caller releases the result. */
export function cutReplicated(image: EngineImage, box: BoundingBox, padding: number): EngineImage {
  const { inner, border } = planCrop(box, padding, image.width, image.height);
  const crop = image.crop(inner);
  if (Object.values(border).every((pixels) => pixels === 0)) return crop;
  try {
    return crop.pad(border, 'replicate');
  } finally {
    crop.release();
  }
}

/** How a face comes onto the square input of a net. */
export interface SquarePlan {
  /** What is cut out of the picture: whole pixels inside it. */
  readonly inner: BoundingBox;
  /** Size of that in the net's input. */
  readonly width: number;
  readonly height: number;
  /** The black bars around it. */
  readonly bars: Sides;
}

/** The face inside the picture, scaled to fit the net's input and centred between black bars. */
export function planBlackSquare(image: Size, box: BoundingBox, padding: number, input: Size): SquarePlan {
  const inner = pixelBox(growBox(box, padding), image.width, image.height);
  const [innerWidth, innerHeight] = [inner.x2 - inner.x1, inner.y2 - inner.y1];
  const scale = Math.min(input.width / innerWidth, input.height / innerHeight);
  const [width, height] = [innerWidth, innerHeight].map((length) =>
    Math.max(1, Math.round(length * scale)),
  ) as [number, number];
  const [left, top] = [Math.floor((input.width - width) / 2), Math.floor((input.height - height) / 2)];
  const bars = { top, right: input.width - width - left, bottom: input.height - height - top, left };
  return { inner, width, height, bars };
}

/**
 * Cuts a face out as planned. The caller releases the result.
 *
 * The interpolation was chosen by the mean age difference to face-api in years, over 43 faces in pictures of 1920, 1280
 * and 720 pixels: area to shrink and cubic to enlarge 2.17, 1.90, 3.05; cubic always 2.28, 1.97, 3.02; bilinear 1.93,
 * 2.15, 3.84; area 1.96, 2.06, 3.41.
 */
export function cutPlanned(image: EngineImage, { inner, width, height, bars }: SquarePlan): EngineImage {
  const crop = image.crop(inner);
  try {
    const shrinks = width < crop.width || height < crop.height;
    const scaled = crop.resize(width, height, shrinks ? 'area' : 'cubic');
    try {
      return scaled.pad(bars, 'constant');
    } finally {
      scaled.release();
    }
  } finally {
    crop.release();
  }
}

/** The square over the longer side of the box, grown and clipped to the picture, in its own size. */
export function cutSquare(image: EngineImage, { x1, y1, x2, y2 }: BoundingBox, padding: number): EngineImage {
  const half = Math.max(x2 - x1, y2 - y1) / 2;
  const [x, y] = [(x1 + x2) / 2, (y1 + y2) / 2];
  const square = { x1: x - half, y1: y - half, x2: x + half, y2: y + half };
  return image.crop(pixelBox(growBox(square, padding), image.width, image.height));
}
