import { scaleBox } from '../core/box.js';
import { detectionOf, dropOutside, suppressOverlaps } from '../core/detections.js';
import type { DetectorSpec } from '../packs/spec.js';
import type { Blob, EngineImage, Imaging, Net } from '../ports.js';
import type { BoundingBox, Detection, Raster } from '../types.js';
import { netBlobSpec } from './net-input.js';
import type { PartDetector } from './small-faces.js';

export interface YunetOptions {
  /** Faces below this are not reported, 0..1. */
  readonly minConfidence: number;
}

/** Pixels of the input between the cells of each of the three maps. */
const strides = [8, 16, 32] as const;

/** For each stride: a class score and an objectness a cell, and four numbers for its box. */
const outputs = strides.flatMap((stride) => [`cls_${stride}`, `obj_${stride}`, `bbox_${stride}`]);

/**
 * YuNet of 2023 (Wu, Peng and Yu 2023, "YuNet: A Tiny Millisecond-level Face Detector"): a detector without anchors, whose input
 * is the picture scaled to fit a square, in its top left corner, with black around.
 */
export class YunetDetector implements PartDetector {
  readonly parts = { side: 640, wholeSide: 640 };

  constructor(
    private readonly imaging: Imaging,
    private readonly net: Net,
    private readonly spec: Pick<DetectorSpec, 'net' | 'nmsIou' | 'minInside'>,
    private readonly options: YunetOptions,
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
    const scale = this.spec.net.width / Math.max(image.width, image.height);
    const blob = this.#blob(image, scale);
    try {
      const values = await this.net.forward(blob, outputs);
      const inInput = decodeYunet(values, this.spec.net.width, this.options.minConfidence);
      const inRaster = inInput.map(({ box, confidence }) => ({ confidence, box: scaleBox(box, 1 / scale) }));
      return dropOutside(suppressOverlaps(inRaster, this.spec.nmsIou), image, this.spec.minInside);
    } finally {
      blob.release();
    }
  }

  #blob(image: EngineImage, scale: number): Blob {
    const { net } = this.spec;
    const fit = (length: number): number => Math.max(1, Math.round(length * scale));
    const scaled = image.resize(fit(image.width), fit(image.height), scale < 1 ? 'area' : 'linear');
    try {
      const sides = { top: 0, left: 0, right: net.width - scaled.width, bottom: net.height - scaled.height };
      const padded = scaled.pad(sides, 'constant');
      try {
        return this.imaging.blob([padded], netBlobSpec(net));
      } finally {
        padded.release();
      }
    } finally {
      scaled.release();
    }
  }
}

/**
 * Reads YuNet's maps: the score of a cell is the geometric mean of class score and objectness, its box is a shift of the
 * centre in cells and the log of the size in cells.
 * @param values class scores, objectness and boxes for the strides 8, 16 and 32 in turn.
 * @param side of the square input in pixels: a multiple of 32.
 * @returns boxes in pixels of the input, overlapping ones included.
 * @throws {Error} as `detectionOf`.
 */
export function decodeYunet(
  values: readonly Float32Array[],
  side: number,
  minConfidence: number,
): Detection[] {
  return strides.flatMap((stride, map) => {
    const [classes, objects, codes] = values.slice(map * 3, map * 3 + 3);
    const columns = side / stride;
    const cells = columns * columns;
    if (classes?.length !== cells || objects?.length !== cells || codes?.length !== cells * 4) {
      throw new Error(`The detector's maps of stride ${stride} do not fit an input of ${side} pixels`);
    }
    const boxAt = (cell: number): BoundingBox => {
      const [dx = 0, dy = 0, width = 0, height = 0] = codes.subarray(cell * 4, cell * 4 + 4);
      const x = ((cell % columns) + dx) * stride;
      const y = (Math.floor(cell / columns) + dy) * stride;
      const [halfWidth, halfHeight] = [(Math.exp(width) * stride) / 2, (Math.exp(height) * stride) / 2];
      return { x1: x - halfWidth, y1: y - halfHeight, x2: x + halfWidth, y2: y + halfHeight };
    };
    const found: Detection[] = [];
    for (let cell = 0; cell < cells; cell++) {
      const confidence = Math.sqrt(unit(classes[cell]) * unit(objects[cell]));
      const face = detectionOf(confidence, minConfidence, cell, boxAt);
      if (face) found.push(face);
    }
    return found;
  });
}

/** Rounding can leave 0..1 by a little. What is no number stays so. */
function unit(value = 0): number {
  return Number.isFinite(value) ? Math.min(1, Math.max(0, value)) : Number.NaN;
}
