import type { RankedDetection } from './matching.js';

/**
 * Average precision: the area below precision over recall, where precision is the best at that recall or any higher one
 * (Pascal VOC from 2010 on, every point). Detections of one confidence count together, so their order does not matter.
 *
 * @param labelled faces that there are to find, at least 1.
 * @returns 0..1. What a run's threshold has left out cannot raise it.
 */
export function averagePrecision(detections: readonly RankedDetection[], labelled: number): number {
  const points = curve(detections, labelled);
  let best = 0;
  let area = 0;
  for (const [index, { recall, precision }] of [...points.entries()].reverse()) {
    best = Math.max(best, precision);
    area += best * (recall - (points[index - 1]?.recall ?? 0));
  }
  return area;
}

interface Point {
  readonly recall: number;
  readonly precision: number;
}

/** One point for each confidence, from the highest. */
function curve(detections: readonly RankedDetection[], labelled: number): Point[] {
  const ranked = detections.toSorted((a, b) => b.confidence - a.confidence);
  const points: Point[] = [];
  let right = 0;
  for (const [index, { confidence, isTrue }] of ranked.entries()) {
    if (isTrue) right += 1;
    if (ranked[index + 1]?.confidence === confidence) continue;
    points.push({ recall: right / labelled, precision: right / (index + 1) });
  }
  return points;
}
