import type { EngineImage } from '../ports.js';
import type { BoundingBox } from '../types.js';
import type { CropSpec, NetSpec } from '../packs/spec.js';
import { cutOnBlackSquare, cutReplicated } from './box-crop.js';

/** Cuts the faces in `boxes` (pixels of the image) out for a net; same order. The caller releases them. */
export type FaceCrop = (image: EngineImage, boxes: readonly BoundingBox[]) => Promise<readonly EngineImage[]>;

/**
 * The crop that an estimator's entry in the manifest asks for. There is one kind of recipe: the detector's box.
 * @param input size of the net's input in pixels.
 */
export function faceCrop({ padding, fill }: CropSpec, input: Pick<NetSpec, 'width' | 'height'>): FaceCrop {
  return fill === 'replicate'
    ? oneByOne((image, box) => cutReplicated(image, box, padding))
    : oneByOne((image, box) => cutOnBlackSquare(image, box, padding, input));
}

function oneByOne(cut: (image: EngineImage, box: BoundingBox) => EngineImage): FaceCrop {
  return async (image, boxes) => {
    const faces: EngineImage[] = [];
    try {
      for (const box of boxes) faces.push(cut(image, box));
      return await Promise.resolve(faces);
    } catch (error) {
      for (const face of faces) face.release();
      throw error;
    }
  };
}
