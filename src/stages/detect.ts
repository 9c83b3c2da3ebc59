import { clipBox } from '../core/box.js';
import type { FaceDetector } from '../ports.js';
import type { BoundingBox, DecodedPicture, Detection } from '../types.js';

/**
 * Finds the faces of a picture.
 *
 * @param minFace faces with a shorter side below this many pixels of the original are dropped.
 * @returns boxes in raster pixels, clipped to the raster.
 */
export async function detectFaces(
  { raster, width }: DecodedPicture,
  detector: FaceDetector,
  minFace: number,
): Promise<Detection[]> {
  const toOriginal = width / raster.width;
  return (await detector.detect(raster))
    .map(({ box, confidence }) => ({ box: clipBox(box, raster.width, raster.height), confidence }))
    .filter(({ box }) => shorterSide(box) * toOriginal >= minFace);
}

const shorterSide = (box: BoundingBox): number => Math.min(box.x2 - box.x1, box.y2 - box.y1);
