import { growBox, intersection, pixelBox } from '../core/box.js';
import type { EngineImage, Sides } from '../ports.js';
import type { BoundingBox } from '../types.js';

/** What to cut out of the picture, and by how many pixels to extend each side of that. */
export interface CropPlan {
  /** Whole pixels inside the picture. */
  readonly inner: BoundingBox;
  readonly border: Sides;
}

/**
 * The face box grown by a share of its size, in whole pixels. Where it leaves the picture the edge is to be repeated:
 * black would shift these nets.
 * @param box meets the picture.
 */
export function planCrop(box: BoundingBox, padding: number, width: number, height: number): CropPlan {
  const grown = growBox(box, padding);
  const [x1, x2] = wholeSpan(grown.x1, grown.x2, width);
  const [y1, y2] = wholeSpan(grown.y1, grown.y2, height);
  const inner = intersection({ x1, y1, x2, y2 }, { x1: 0, y1: 0, x2: width, y2: height });
  return {
    inner,
    border: { top: inner.y1 - y1, right: x2 - inner.x2, bottom: y2 - inner.y2, left: inner.x1 - x1 },
  };
}

/** Rounded ends that share at least one pixel with 0..size. */
function wholeSpan(from: number, to: number, size: number): readonly [number, number] {
  const start = Math.min(Math.round(from), size - 1);
  return [start, Math.max(Math.round(to), start + 1, 1)];
}

/** The face with its border, in its own size. The caller releases the result. */
export function cutReplicated(image: EngineImage, box: BoundingBox, padding: number): EngineImage {
  const { inner, border } = planCrop(box, padding, image.width, image.height);
  const crop = image.crop(inner);
  if (Object.values(border).every((pixels) => pixels === 0)) return crop;
  try {
    return crop.pad(border, 'replicate');
  } finally {
    crop.release();
  }
}

/**
 * The face inside the picture, scaled to fit the net's input and centred between black bars. The caller releases the
 * result.
 *
 * The interpolation was chosen by the mean age difference to face-api in years, over 43 faces in pictures of 1920, 1280
 * and 720 pixels: area to shrink and cubic to enlarge 2.17, 1.90, 3.05; cubic always 2.28, 1.97, 3.02; bilinear 1.93,
 * 2.15, 3.84; area 1.96, 2.06, 3.41.
 */
export function cutOnBlackSquare(
  image: EngineImage,
  box: BoundingBox,
  padding: number,
  input: { readonly width: number; readonly height: number },
): EngineImage {
  const crop = image.crop(pixelBox(growBox(box, padding), image.width, image.height));
  try {
    const scale = Math.min(input.width / crop.width, input.height / crop.height);
    const fit = (length: number): number => Math.max(1, Math.round(length * scale));
    const scaled = crop.resize(fit(crop.width), fit(crop.height), scale < 1 ? 'area' : 'cubic');
    try {
      const left = Math.floor((input.width - scaled.width) / 2);
      const top = Math.floor((input.height - scaled.height) / 2);
      const [right, bottom] = [input.width - scaled.width - left, input.height - scaled.height - top];
      return scaled.pad({ top, right, bottom, left }, 'constant');
    } finally {
      scaled.release();
    }
  } finally {
    crop.release();
  }
}
