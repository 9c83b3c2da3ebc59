import type { Blob, BlobSpec, EngineImage, Imaging, Sides } from '../../src/ports.js';
import type { BoundingBox, Raster } from '../../src/types.js';

/** What was done to the images, in order. */
export type Step =
  | { readonly resize: readonly [number, number]; readonly interpolation: string }
  | { readonly crop: BoundingBox }
  | { readonly pad: Sides }
  | { readonly flipped: readonly [number, number] }
  | { readonly blob: BlobSpec; readonly images: readonly (readonly [number, number])[] };

/** Imaging without pixels: notes the steps and counts what was not released. */
export class FakeImaging implements Imaging {
  readonly steps: Step[] = [];
  held = 0;

  load({ width, height }: Raster): EngineImage {
    return this.#image(width, height);
  }

  blob(images: readonly EngineImage[], spec: BlobSpec): Blob {
    this.steps.push({ blob: spec, images: images.map(({ width, height }) => [width, height]) });
    this.held++;
    return {
      shape: [images.length, 3, spec.height, spec.width],
      toFloat32: () => new Float32Array(),
      release: () => this.held--,
    };
  }

  #image(width: number, height: number): EngineImage {
    this.held++;
    return {
      width,
      height,
      resize: (w, h, interpolation) => {
        this.steps.push({ resize: [w, h], interpolation });
        return this.#image(w, h);
      },
      crop: (box) => {
        this.steps.push({ crop: box });
        return this.#image(box.x2 - box.x1, box.y2 - box.y1);
      },
      pad: (sides) => {
        this.steps.push({ pad: sides });
        return this.#image(width + sides.left + sides.right, height + sides.top + sides.bottom);
      },
      flip: () => {
        this.steps.push({ flipped: [width, height] });
        return this.#image(width, height);
      },
      release: () => this.held--,
    };
  }
}

export function blankRaster(width: number, height: number): Raster {
  return { data: Buffer.alloc(width * height * 3), width, height };
}
