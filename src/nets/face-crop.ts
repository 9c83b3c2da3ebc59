import type { EngineImage } from '../ports.js';
import type { BoundingBox } from '../types.js';
import type { CropSpec, NetSpec } from '../packs/spec.js';
import { cutPlanned, cutReplicated, cutSquare, planBlackSquare } from './box-crop.js';

/** Cuts the faces in `boxes` (pixels of the image) out for a net; same order. The caller releases them. */
export type FaceCrop = (image: EngineImage, boxes: readonly BoundingBox[]) => Promise<readonly EngineImage[]>;

/**
 * The crop that an estimator's entry in the manifest asks for, where no net is needed for it.
 * @param input size of the net's input in pixels.
 */
export function faceCrop(
  spec: Exclude<CropSpec, { kind: 'landmark-box' }>,
  input: Pick<NetSpec, 'width' | 'height'>,
): FaceCrop {
  const { padding } = spec;
  if (spec.kind === 'square') return oneByOne((image, box) => cutSquare(image, box, padding));
  return spec.fill === 'replicate'
    ? oneByOne((image, box) => cutReplicated(image, box, padding))
    : oneByOne((image, box) => cutPlanned(image, planBlackSquare(image, box, padding, input)));
}

/** A crop that looks at each face alone. */
function oneByOne(cut: (image: EngineImage, box: BoundingBox) => EngineImage): FaceCrop {
  return async (image, boxes) => await Promise.resolve(cutAll(boxes, (box) => cut(image, box)));
}

/** Cuts one picture out for each item; when one fails, the others are released. */
export function cutAll<T>(items: readonly T[], cut: (item: T) => EngineImage): readonly EngineImage[] {
  const faces: EngineImage[] = [];
  try {
    for (const item of items) faces.push(cut(item));
    return faces;
  } catch (error) {
    for (const face of faces) face.release();
    throw error;
  }
}
