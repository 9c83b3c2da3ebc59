import { detectionOf, suppressOverlaps } from '../core/detections.js';
import type { BoundingBox, Detection } from '../types.js';
import type { Res10Head } from './res10.js';

/** Numbers a prior: x1, y1, x2, y2 as shares of the picture, then the four variances. */
export const PRIOR_NUMBERS = 8;

/** Values a box in the class scores: background, face. */
const CLASSES = 2;

/** The most candidates that overlap removal looks at: `top_k` of the net's own DetectionOutput layer. */
const MOST_CANDIDATES = 400;

/**
 * Reads what a converted net gives instead of a DetectionOutput layer: offsets from the priors, class scores and the
 * priors themselves, which travel inside the net.
 */
export function decodedInTypeScript(minConfidence: number, nmsIou: number): Res10Head {
  return {
    outputs: ['boxes', 'scores', 'priors'],
    decode: ([boxes, scores, priors], { width, height }) => {
      if (!boxes || !scores || !priors || !agree(boxes, scores, priors)) {
        throw new Error('The outputs of the detector do not fit each other');
      }
      const boxAt = (row: number): BoundingBox => {
        const prior = priors.subarray(row * PRIOR_NUMBERS, (row + 1) * PRIOR_NUMBERS);
        const { x1, y1, x2, y2 } = decodeBox(boxes.subarray(row * 4, row * 4 + 4), prior);
        return { x1: x1 * width, y1: y1 * height, x2: x2 * width, y2: y2 * height };
      };
      const found: Detection[] = [];
      for (let row = 0; row * CLASSES < scores.length; row += 1) {
        const face = detectionOf(scores[row * CLASSES + 1] ?? 0, minConfidence, row, boxAt);
        if (face) found.push(face);
      }
      const best = found.sort((a, b) => b.confidence - a.confidence).slice(0, MOST_CANDIDATES);
      return suppressOverlaps(best, nmsIou);
    },
  };
}

function agree(boxes: Float32Array, scores: Float32Array, priors: Float32Array): boolean {
  const rows = priors.length / PRIOR_NUMBERS;
  return boxes.length === rows * 4 && scores.length === rows * CLASSES;
}

/** SSD's centre-size code (Liu et al. 2016): offsets in units of the prior, damped by the variances. */
function decodeBox(code: ArrayLike<number>, prior: ArrayLike<number>): BoundingBox {
  const [dx = 0, dy = 0, dw = 0, dh = 0] = Array.from(code);
  const [x1 = 0, y1 = 0, x2 = 0, y2 = 0, vx = 0, vy = 0, vw = 0, vh = 0] = Array.from(prior);
  const [width, height] = [x2 - x1, y2 - y1];
  const x = (x1 + x2) / 2 + dx * vx * width;
  const y = (y1 + y2) / 2 + dy * vy * height;
  const w = (width * Math.exp(dw * vw)) / 2;
  const h = (height * Math.exp(dh * vh)) / 2;
  return { x1: x - w, y1: y - h, x2: x + w, y2: y + h };
}
