import type { BoundingBox, Detection } from '../types.js';
import { area, intersection, iou } from './box.js';
import { compareDetections } from './detections.js';

interface Size {
  readonly width: number;
  readonly height: number;
}

/** How a detector wants a picture whose faces are too small for one look at the whole of it. */
export interface PartSize {
  /** Longer side of a part, in pixels: a part is looked at in its own size. */
  readonly side: number;
  /** What a look at the whole picture makes of its longer side, in pixels. */
  readonly wholeSide: number;
}

/** Each size of the picture that is looked at is at most so many times the one before. */
const LEVEL_STEP = 2;

/** A last step to the picture's own size that is smaller than this shows no more than the one before. */
const LEAST_STEP = 1.4;

/**
 * Neighbours share this part of their side: a face up to that size lies wholly in one of them, and a larger one is seen
 * at the next smaller size of the picture.
 */
const OVERLAP = 0.25;

/** A box that ends so near to where a part was cut, as a share of the part's side, is a part of a face. */
const CUT_MARGIN = 0.01;

/** Boxes of two looks that overlap by more than this are one face (512 and 720 pixels: 99.7 % found, 1 % doubled). */
const SAME_FACE_IOU = 0.3;

/** So much of the smaller box inside the other: an eye and a mouth that were taken for a face of their own. */
const INSIDE = 0.7;

/**
 * The sizes of the picture, longer side in pixels, at which it is looked at part by part, smallest first. None is larger
 * than the picture, and none shows what the look at the whole has shown.
 */
export function partLevels({ width, height }: Size, { side, wholeSide }: PartSize): number[] {
  const longest = Math.max(width, height);
  const levels: number[] = [];
  let seen = wholeSide;
  while (longest >= seen * LEAST_STEP) {
    seen = Math.min(longest, levels.length === 0 && side > wholeSide ? side : seen * LEVEL_STEP);
    levels.push(seen);
  }
  return levels;
}

/** Overlapping parts, row by row, that cover a picture of this size: whole pixels. */
export function partsOf({ width, height }: Size, side: number): BoundingBox[] {
  const columns = spans(width, side);
  return spans(height, side).flatMap(([y1, y2]) => columns.map(([x1, x2]) => ({ x1, y1, x2, y2 })));
}

function spans(length: number, side: number): (readonly [number, number])[] {
  const size = Math.min(side, length);
  const count = size === length ? 1 : Math.ceil((length - side * OVERLAP) / (side * (1 - OVERLAP)));
  return Array.from({ length: count }, (_, index) => {
    const start = count === 1 ? 0 : Math.round((index * (length - size)) / (count - 1));
    return [start, start + size] as const;
  });
}

/**
 * Whether a face that was found in a part may go on beyond it.
 * @param box in pixels of the part.
 * @param part where it lies in the picture, whose edges cut nothing.
 */
export function isCut(box: BoundingBox, part: BoundingBox, picture: Size): boolean {
  const [width, height] = [part.x2 - part.x1, part.y2 - part.y1];
  const margin = Math.max(width, height) * CUT_MARGIN;
  return (
    (part.x1 > 0 && box.x1 < margin) ||
    (part.y1 > 0 && box.y1 < margin) ||
    (part.x2 < picture.width && box.x2 > width - margin) ||
    (part.y2 < picture.height && box.y2 > height - margin)
  );
}

/** The faces of several looks at one picture, each once, in the order of `compareDetections`. */
export function mergeLooks(detections: readonly Detection[]): Detection[] {
  const kept: Detection[] = [];
  for (const candidate of detections.toSorted(compareDetections)) {
    if (kept.every(({ box }) => !isSameFace(box, candidate.box))) kept.push(candidate);
  }
  return kept;
}

function isSameFace(a: BoundingBox, b: BoundingBox): boolean {
  return iou(a, b) > SAME_FACE_IOU || area(intersection(a, b)) > INSIDE * Math.min(area(a), area(b));
}
