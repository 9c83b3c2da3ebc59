import { presentFaces } from '../core/report.js';
import type { AttributeEstimator } from '../ports.js';
import type { BoundingBox, DecodedPicture, Detection, Face } from '../types.js';

/**
 * Gives each detected face its gender and age and brings the faces into the form that every output shows.
 *
 * @param detections boxes in raster pixels, clipped to the raster.
 * @returns boxes in whole pixels of the original, sorted.
 */
export async function estimateAttributes(
  picture: DecodedPicture,
  detections: readonly Detection[],
  estimator: AttributeEstimator,
): Promise<Face[]> {
  if (detections.length === 0) return [];
  const boxes = detections.map(({ box }) => box);
  const estimates = await estimator.estimate(picture.raster, boxes);
  const faces = detections.flatMap(({ box, confidence }, index) => {
    const attributes = estimates[index];
    return attributes ? [{ box: toOriginal(box, picture), confidence, attributes }] : [];
  });
  return presentFaces(faces, picture.width, picture.height);
}

/** From raster pixels to pixels of the original; each axis has its own ratio, for the raster's sides are rounded. */
function toOriginal(box: BoundingBox, { raster, width, height }: DecodedPicture): BoundingBox {
  const x = width / raster.width;
  const y = height / raster.height;
  return { x1: box.x1 * x, y1: box.y1 * y, x2: box.x2 * x, y2: box.y2 * y };
}
