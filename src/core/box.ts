import type { BoundingBox } from '../types.js';

/** In square pixels; 0 for a box that is empty or turned inside out. */
export function area({ x1, y1, x2, y2 }: BoundingBox): number {
  return Math.max(0, x2 - x1) * Math.max(0, y2 - y1);
}

/** What two boxes share; empty (area 0) when they do not meet. */
export function intersection(a: BoundingBox, b: BoundingBox): BoundingBox {
  return {
    x1: Math.max(a.x1, b.x1),
    y1: Math.max(a.y1, b.y1),
    x2: Math.min(a.x2, b.x2),
    y2: Math.min(a.y2, b.y2),
  };
}

/** Intersection over union, 0..1; 0 when either box is empty. */
export function iou(a: BoundingBox, b: BoundingBox): number {
  const shared = area(intersection(a, b));
  return shared === 0 ? 0 : shared / (area(a) + area(b) - shared);
}

/** The part of a box inside a picture of this size; empty when it is wholly outside. */
export function clipBox(box: BoundingBox, width: number, height: number): BoundingBox {
  return intersection(box, { x1: 0, y1: 0, x2: width, y2: height });
}

/** Share of the box's area inside a picture of this size, 0..1. */
export function shareInside(box: BoundingBox, width: number, height: number): number {
  const whole = area(box);
  return whole === 0 ? 0 : area(clipBox(box, width, height)) / whole;
}

/** The box in a picture `factor` times as large. */
export function scaleBox({ x1, y1, x2, y2 }: BoundingBox, factor: number): BoundingBox {
  return { x1: x1 * factor, y1: y1 * factor, x2: x2 * factor, y2: y2 * factor };
}

/** The box grown on each side by this share of its width and height. It may leave the picture. */
export function growBox({ x1, y1, x2, y2 }: BoundingBox, share: number): BoundingBox {
  const dx = (x2 - x1) * share;
  const dy = (y2 - y1) * share;
  return { x1: x1 - dx, y1: y1 - dy, x2: x2 + dx, y2: y2 + dy };
}

/**
 * The nearest whole-pixel box inside a picture of this size, at least one pixel wide and high: what a crop takes.
 * @param box must meet the picture.
 */
export function pixelBox(box: BoundingBox, width: number, height: number): BoundingBox {
  const [x1, x2] = pixelSpan(box.x1, box.x2, width);
  const [y1, y2] = pixelSpan(box.y1, box.y2, height);
  return { x1, y1, x2, y2 };
}

function pixelSpan(from: number, to: number, size: number): readonly [number, number] {
  const start = Math.min(Math.max(0, Math.round(from)), size - 1);
  return [start, Math.min(Math.max(start + 1, Math.round(to)), size)];
}
