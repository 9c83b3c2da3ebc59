import type { CropSpec, NetSpec } from '../packs/spec.js';
import type { EngineImage, Imaging, Net } from '../ports.js';
import type { BoundingBox } from '../types.js';
import { cutPlanned, planBlackSquare, type SquarePlan } from './box-crop.js';
import { rowOf, withBlob } from './estimate.js';
import { cutAll, type FaceCrop } from './face-crop.js';

type LandmarkCropSpec = Extract<CropSpec, { kind: 'landmark-box' }>;

/** x and y of each of the 68 points. */
const LANDMARK_NUMBERS = 136;

/**
 * Cuts faces out by the box of their landmarks, as face-api's own recipe does (`withFaceLandmarks().withAgeAndGender()`):
 * much closer than the detector's box, whatever that leaves around the face.
 * @param net gives `landmarks`, shares of its square input.
 * @param input size of the input of the net that the crops are for, in pixels.
 */
export function landmarkCrop(
  imaging: Imaging,
  net: Net,
  { landmarks, padding }: LandmarkCropSpec,
  input: Pick<NetSpec, 'width' | 'height'>,
): FaceCrop {
  return async (image, boxes) => {
    const plans = boxes.map((box) => planBlackSquare(image, box, 0, landmarks));
    const faces = cutAll(plans, (plan) => cutPlanned(image, plan));
    let found: Float32Array | undefined;
    try {
      [found] = await withBlob(imaging, faces, landmarks, (blob) => net.forward(blob, ['landmarks']));
    } finally {
      release(faces);
    }
    const tight = plans.map((plan, row) => landmarkBox(rowOf(found, row, LANDMARK_NUMBERS), plan, landmarks));
    return cutAll(tight, (box) => cutPlanned(image, planBlackSquare(image, box, padding, input)));
  };
}

/**
 * The smallest box around a face's landmarks.
 * @param points x and y in turn, as shares of the square.
 * @param plan how the face came onto the square.
 * @returns pixels of the picture; it can leave the picture.
 */
function landmarkBox(
  points: Float32Array,
  { inner, width, height, bars }: SquarePlan,
  square: Pick<NetSpec, 'width' | 'height'>,
): BoundingBox {
  const xs = points.filter((_, index) => index % 2 === 0);
  const ys = points.filter((_, index) => index % 2 === 1);
  const toX = (share: number): number =>
    inner.x1 + ((share * square.width - bars.left) * (inner.x2 - inner.x1)) / width;
  const toY = (share: number): number =>
    inner.y1 + ((share * square.height - bars.top) * (inner.y2 - inner.y1)) / height;
  return {
    x1: toX(Math.min(...xs)),
    y1: toY(Math.min(...ys)),
    x2: toX(Math.max(...xs)),
    y2: toY(Math.max(...ys)),
  };
}

function release(images: readonly EngineImage[]): void {
  for (const image of images) image.release();
}
