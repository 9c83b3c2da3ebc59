import { scaleBox } from '../../core/box.js';
import { dropOutside, suppressOverlaps } from '../../core/detections.js';
import type { Detection, EngineImage, FaceDetector, Imaging, Net, Raster } from '../../types.js';
import type { DetectorSpec } from '../spec.js';
import { decodeBox, ssdPriors } from './priors.js';
import type { Prior } from './priors.js';

export interface DetectorOptions {
  /** Faces below this are not reported, 0..1. */
  readonly minConfidence: number;
}

/**
 * Where nothing is found, the picture is looked at once more at this share of the first size: a face that fills the
 * frame is larger than the largest anchors are good for (notes: 30 → 59 of 100 extreme close-ups found).
 */
const secondLook = 0.6;

/** face-api's SSD-MobileNetV1 over a square input with the picture in its top left corner. */
export class SsdMobilenetDetector implements FaceDetector {
  readonly #priors: readonly Prior[] = ssdPriors();

  constructor(
    private readonly imaging: Imaging,
    private readonly net: Net,
    private readonly spec: DetectorSpec,
    private readonly options: DetectorOptions,
  ) {}

  async detect(raster: Raster): Promise<readonly Detection[]> {
    const image = this.imaging.load(raster);
    try {
      // A small picture is never enlarged: this net then misses faces that it finds at their own size.
      const scale = Math.min(1, this.#side / Math.max(raster.width, raster.height));
      const found = await this.#look(image, scale);
      return found.length > 0 ? found : await this.#look(image, scale * secondLook);
    } finally {
      image.release();
    }
  }

  get #side(): number {
    return this.spec.net.width;
  }

  async #look(image: EngineImage, scale: number): Promise<readonly Detection[]> {
    const blob = this.#blob(image, scale);
    try {
      const [boxes, scores] = await this.net.forward(blob, ['boxes', 'scores']);
      const candidates = this.#decode(boxes, scores).map((detection) => ({
        ...detection,
        box: scaleBox(detection.box, 1 / scale),
      }));
      const faces = suppressOverlaps(candidates, this.spec.nmsIou);
      return dropOutside(faces, image, this.spec.minInside);
    } finally {
      blob.release();
    }
  }

  #blob(image: EngineImage, scale: number): ReturnType<Imaging['blob']> {
    const { width, height, mean, channelOrder, scale: gain } = this.spec.net;
    const [scaledWidth, scaledHeight] = [image.width, image.height].map((side) =>
      Math.min(Math.max(1, Math.round(side * scale)), this.#side),
    ) as [number, number];
    const scaled = image.resize(scaledWidth, scaledHeight, 'area');
    try {
      const sides = { top: 0, left: 0, right: width - scaledWidth, bottom: height - scaledHeight };
      const padded = scaled.pad(sides, 'constant');
      try {
        return this.imaging.blob([padded], { width, height, scale: gain, mean, bgr: channelOrder === 'bgr' });
      } finally {
        padded.release();
      }
    } finally {
      scaled.release();
    }
  }

  #decode(boxes: Float32Array = new Float32Array(), scores: Float32Array = new Float32Array()): Detection[] {
    if (boxes.length !== this.#priors.length * 4 || scores.length !== this.#priors.length) {
      throw new Error(`The detector gave ${boxes.length} box values and ${scores.length} scores`);
    }
    const found: Detection[] = [];
    for (const [row, prior] of this.#priors.entries()) {
      const confidence = scores[row] ?? 0;
      if (confidence < this.options.minConfidence) continue;
      found.push({ confidence, box: decodeBox(boxes.subarray(row * 4, row * 4 + 4), prior, this.#side) });
    }
    return found;
  }
}
