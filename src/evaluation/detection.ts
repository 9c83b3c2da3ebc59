import { averagePrecision } from './average-precision.js';
import { shareOf, type Share } from './intervals.js';
import type { JudgedPicture } from './matching.js';

/**
 * What was found beside the labelled faces, in pictures whose faces are labelled with boxes: elsewhere nobody knows which
 * other faces are there.
 */
export interface DetectionMeasures {
  /** At least 1. */
  readonly pictures: number;
  /** Found faces that no label has. */
  readonly extra: number;
  readonly extraPerPicture: number;
  /** Share of the found faces that a label has; absent where none was found. */
  readonly precision?: Share;
  /** Average precision at `--iou`, 0..1, over the faces above the run's threshold; absent where no face is labelled. */
  readonly averagePrecision?: number;
}

/** Undefined without such pictures. */
export function measureDetection(judged: readonly JudgedPicture[]): DetectionMeasures | undefined {
  const pictures = judged.flatMap(({ faces, detections }) => (detections ? [{ faces, detections }] : []));
  if (pictures.length === 0) return undefined;
  const ranked = pictures.flatMap(({ detections }) => detections.ranked);
  const extra = pictures.reduce((sum, { detections }) => sum + detections.extra, 0);
  const labelled = pictures.reduce((sum, { faces }) => sum + faces.length, 0);
  const precision = shareOf(ranked.length - extra, ranked.length);
  return {
    pictures: pictures.length,
    extra,
    extraPerPicture: extra / pictures.length,
    ...(precision && { precision }),
    ...(labelled > 0 && { averagePrecision: averagePrecision(ranked, labelled) }),
  };
}
