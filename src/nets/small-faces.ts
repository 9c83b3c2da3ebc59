import { scaleBox } from '../core/box.js';
import { isCut, mergeLooks, partLevels, partsOf, type PartSize } from '../core/parts.js';
import type { EngineImage, FaceDetector, Imaging } from '../ports.js';
import type { BoundingBox, Detection, Raster } from '../types.js';

/** A detector that can also look at a part of a picture, in the part's own size. */
export interface PartDetector extends FaceDetector {
  readonly parts: PartSize;
  /** @returns boxes in pixels of the part. */
  detectPart(part: EngineImage): Promise<readonly Detection[]>;
}

/**
 * Finds faces that are too small for one look at the whole picture: looks at it part by part as well, at one size after
 * another up to the raster's own, and counts each face once.
 */
export class SmallFacesDetector implements FaceDetector {
  constructor(
    private readonly imaging: Imaging,
    private readonly detector: PartDetector,
  ) {}

  async detect(raster: Raster): Promise<readonly Detection[]> {
    const found: Detection[] = [...(await this.detector.detect(raster))];
    const image = this.imaging.load(raster);
    try {
      for (const level of partLevels(raster, this.detector.parts)) {
        found.push(...(await this.#lookAt(image, level)));
      }
    } finally {
      image.release();
    }
    return mergeLooks(found);
  }

  /** @param level longer side of the picture in pixels. */
  async #lookAt(image: EngineImage, level: number): Promise<readonly Detection[]> {
    const scale = level / Math.max(image.width, image.height);
    const fit = (length: number): number => Math.max(1, Math.round(length * scale));
    const picture = image.resize(fit(image.width), fit(image.height), 'area');
    const found: Detection[] = [];
    try {
      for (const part of partsOf(picture, this.detector.parts.side)) {
        found.push(...(await this.#part(picture, part)));
      }
    } finally {
      picture.release();
    }
    return found.map(({ box, confidence }) => ({ box: scaleBox(box, 1 / scale), confidence }));
  }

  async #part(picture: EngineImage, part: BoundingBox): Promise<readonly Detection[]> {
    const pixels = picture.crop(part);
    try {
      const found = await this.detector.detectPart(pixels);
      return found
        .filter(({ box }) => !isCut(box, part, picture))
        .map(({ box, confidence }) => ({ box: moveBox(box, part), confidence }));
    } finally {
      pixels.release();
    }
  }
}

function moveBox({ x1, y1, x2, y2 }: BoundingBox, { x1: dx, y1: dy }: BoundingBox): BoundingBox {
  return { x1: x1 + dx, y1: y1 + dy, x2: x2 + dx, y2: y2 + dy };
}
