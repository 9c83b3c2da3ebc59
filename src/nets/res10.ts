import { compareDetections, detectionOf, dropOutside } from '../core/detections.js';
import type { DetectorSpec } from '../packs/spec.js';
import type { EngineImage, Imaging, Net } from '../ports.js';
import type { BoundingBox, Detection, Raster } from '../types.js';
import { netBlobSpec } from './net-input.js';
import type { PartDetector } from './small-faces.js';

/** The res10 single-shot detector: the whole picture squeezed into 300x300. */
export class Res10Detector implements PartDetector {
  /** This net sees no face below a tenth of its input: parts are little larger than that. */
  readonly parts = { side: 450, wholeSide: 450 };

  constructor(
    private readonly imaging: Imaging,
    private readonly net: Net,
    private readonly spec: DetectorSpec,
    private readonly head: Res10Head,
  ) {}

  async detect(raster: Raster): Promise<readonly Detection[]> {
    const image = this.imaging.load(raster);
    try {
      return await this.detectPart(image);
    } finally {
      image.release();
    }
  }

  /** The same for a part as for a whole picture. */
  async detectPart(image: EngineImage): Promise<readonly Detection[]> {
    const found = this.head.decode(await this.#forward(image), image);
    return dropOutside(found, image, this.spec.minInside).toSorted(compareDetections);
  }

  async #forward(image: EngineImage): Promise<readonly Float32Array[]> {
    // Squeezed by the blob itself, with its bilinear filter, as every caller of this net does.
    const blob = this.imaging.blob([image], netBlobSpec(this.spec.net));
    try {
      return await this.net.forward(blob, this.head.outputs);
    } finally {
      blob.release();
    }
  }
}

/** The end of the net, which differs by format: which outputs to ask for, and how to read them. */
export interface Res10Head {
  readonly outputs: readonly string[];
  /** @returns the faces above the threshold, in pixels of the raster, overlaps already removed. */
  readonly decode: (
    outputs: readonly Float32Array[],
    picture: Pick<Raster, 'width' | 'height'>,
  ) => readonly Detection[];
}

/** Caffe's and TensorFlow's nets end in a layer that decodes and removes overlaps by itself. */
export function detectionOutput(minConfidence: number): Res10Head {
  return {
    outputs: ['detection_out'],
    decode([rows], raster) {
      if (!rows) throw new Error('The detector gave no detections');
      return decodeDetectionOutput(rows, raster, minConfidence);
    },
  };
}

/** Values a row: image, class, confidence, x1, y1, x2, y2. Corners are shares of the picture and can leave 0..1. */
const ROW = 7;

/** The class of faces; 0 is the background. */
const FACE = 1;

/**
 * Reads the rows of SSD's DetectionOutput layer, whose shape is [1, 1, N, 7].
 * @returns boxes in pixels of a picture of this size, not clipped.
 */
export function decodeDetectionOutput(
  rows: Float32Array,
  { width, height }: Pick<Raster, 'width' | 'height'>,
  minConfidence: number,
): Detection[] {
  const boxAt = (at: number): BoundingBox => {
    const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = rows.subarray(at + 3, at + ROW);
    return { x1: x1 * width, y1: y1 * height, x2: x2 * width, y2: y2 * height };
  };
  const found: Detection[] = [];
  for (let at = 0; at + ROW <= rows.length; at += ROW) {
    // A picture without any candidate comes as one row of zeros.
    if (rows[at + 1] !== FACE) continue;
    const face = detectionOf(rows[at + 2] ?? 0, minConfidence, at, boxAt);
    if (face) found.push(face);
  }
  return found;
}
