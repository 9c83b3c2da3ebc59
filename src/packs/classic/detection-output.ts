import type { Detection } from '../../types.js';

/** Values a row: image, class, confidence, x1, y1, x2, y2. Corners are shares of the picture and can leave 0..1. */
const ROW = 7;

/** The class of faces; 0 is the background. */
const FACE = 1;

/**
 * Reads the rows of SSD's DetectionOutput layer, whose shape is [1, 1, N, 7].
 * @returns boxes in pixels of a picture of this size, not clipped.
 */
export function decodeDetectionOutput(rows: Float32Array, width: number, height: number): Detection[] {
  const found: Detection[] = [];
  for (let at = 0; at + ROW <= rows.length; at += ROW) {
    const [, label, confidence = 0, x1 = 0, y1 = 0, x2 = 0, y2 = 0] = rows.subarray(at, at + ROW);
    // A picture without any candidate comes as one row of zeros.
    if (label !== FACE) continue;
    found.push({ confidence, box: { x1: x1 * width, y1: y1 * height, x2: x2 * width, y2: y2 * height } });
  }
  return found;
}
