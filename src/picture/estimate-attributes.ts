import { scaleBox } from '../core/box.js';
import { toAttributes } from '../core/estimates.js';
import type { Estimates } from '../core/attributes.js';
import { faceQuality } from '../core/quality.js';
import type { AttributeEstimator } from '../ports.js';
import type { BoundingBox, Detection, Face, Raster } from '../types.js';

/**
 * A face whose longer side has fewer pixels than this is worth a sharper look. Measured on 43 faces against the same ones
 * in full size: with 20 pixels 81 % have the same gender and ages are 12 years off, with 28 98 % and 5.9, with 40 all
 * and 3.5, with 56 all and 2.6, with 80 all and 1.5.
 */
const SMALL_FACE = 56;

/** A sharper decode shows faces up to so many times larger. */
const MOST_SHARPER = 4;

/** The longer side of a sharper raster, at most: 50 MB. */
const SHARPEST = 4096;

/** What faces are looked at in. */
export interface FaceView {
  readonly raster: Raster;
  /** The same view with its longer side so many pixels long. */
  readonly sharper: (longerSide: number) => Promise<Raster>;
  /** Longer side of the original in pixels. */
  readonly longestSide: number;
}

/**
 * Gives each detected face its gender, age and quality. Small ones are read from a sharper decode where the original has
 * more pixels.
 *
 * @param detections boxes in raster pixels, clipped to the raster.
 * @returns the same boxes with attributes, in the same order.
 * @throws {Error} when the nets leave out a face, or say nothing that could be said of one.
 */
export async function estimateAttributes(
  view: FaceView,
  detections: readonly Detection[],
  estimator: AttributeEstimator,
): Promise<Face[]> {
  if (detections.length === 0) return [];
  const { raster } = view;
  const smallest = Math.min(...detections.map(({ box }) => longerSide(box)));
  const width = Math.max(raster.width, raster.height);
  const wanted = width * Math.min(MOST_SHARPER, (2 * SMALL_FACE) / smallest);
  const sharperSide = Math.round(Math.min(wanted, view.longestSide, SHARPEST));
  const isSmall = ({ box }: Detection): boolean => sharperSide > width && longerSide(box) < SMALL_FACE;

  const estimates = new Map<Detection, Estimates>();
  const add = async (from: Raster, chosen: readonly Detection[]): Promise<void> => {
    if (chosen.length === 0) return;
    const boxes = chosen.map(({ box }) => scaleBox(box, from.width / raster.width));
    const found = await estimator.estimate(from, boxes);
    for (const [index, detection] of chosen.entries()) {
      const estimate = found[index];
      const box = boxes[index];
      if (!estimate || !box) throw new RangeError(`${found.length} estimates for ${boxes.length} faces`);
      estimates.set(detection, { ...estimate, quality: faceQuality(from, box) });
    }
  };
  await add(
    raster,
    detections.filter((each) => !isSmall(each)),
  );
  const small = detections.filter(isSmall);
  if (small.length > 0) await add(await view.sharper(sharperSide), small);
  return detections.map((detection) => ({
    ...detection,
    attributes: toAttributes(estimates.get(detection) ?? {}),
  }));
}

function longerSide({ x1, y1, x2, y2 }: BoundingBox): number {
  return Math.max(x2 - x1, y2 - y1);
}
