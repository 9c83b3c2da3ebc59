import type { BoundingBox, Detection } from '../types.js';
import { iou, shareInside } from './box.js';

/** The order of faces everywhere: by falling confidence, then from the left, then from the top. */
export function compareDetections(a: Detection, b: Detection): number {
  return b.confidence - a.confidence || a.box.x1 - b.box.x1 || a.box.y1 - b.box.y1;
}

/** A softmax in 32 bits can leave 0..1 by less than this. */
const ROUNDING = 1e-3;

/**
 * One candidate of a detector as a face; undefined below the threshold. A score that is no finite number or far above 1,
 * and a box of a face that is not finite, are the net's fault: to pass over them would turn a broken net into pictures
 * without faces.
 * @param confidence what the net gave, 0..1.
 * @param readBox called for faces only, with `row`: one function for all rows of a net's output, for a function a row
 * would be most of what a picture leaves to the garbage collector.
 * @throws {Error} which fails the picture.
 */
export function detectionOf(
  confidence: number,
  minConfidence: number,
  row: number,
  readBox: (row: number) => BoundingBox,
): Detection | undefined {
  if (!Number.isFinite(confidence) || confidence > 1 + ROUNDING) {
    throw new Error(`The detector gave a face the score ${confidence}`);
  }
  if (confidence < minConfidence) return undefined;
  const box = readBox(row);
  const { x1, y1, x2, y2 } = box;
  if (![x1, y1, x2, y2].every(Number.isFinite)) {
    throw new Error(`The detector gave a face the box ${x1} ${y1} ${x2} ${y2}`);
  }
  return { box, confidence: Math.min(1, confidence) };
}

/**
 * Non-maximum suppression: keeps the most confident of boxes that cover the same face.
 * @param maxIou boxes that overlap by more than this are one face, 0..1.
 * @returns what is left, in the order of `compareDetections`.
 */
export function suppressOverlaps(detections: readonly Detection[], maxIou: number): Detection[] {
  const kept: Detection[] = [];
  for (const candidate of detections.toSorted(compareDetections)) {
    if (kept.every(({ box }) => iou(box, candidate.box) <= maxIou)) kept.push(candidate);
  }
  return kept;
}

/**
 * Drops boxes that lie outside the picture for too large a part, before they are clipped: SSD nets put a second box on
 * a large face that runs past the edge.
 * @param minInside least share of the area inside, 0..1.
 */
export function dropOutside(
  detections: readonly Detection[],
  picture: { readonly width: number; readonly height: number },
  minInside: number,
): Detection[] {
  return detections.filter(({ box }) => shareInside(box, picture.width, picture.height) >= minInside);
}
