import type { Blob, BlobSpec, EngineImage, Imaging, Interpolation, Sides } from '../../ports.js';
import type { BoundingBox, Raster } from '../../types.js';
import type { Addon, Mat } from './addon.js';
import { native, readFloats } from './addon.js';

/** Longest side that is handed to OpenCV: a size that cannot be allocated would abort the process. */
const maxSide = 65_535;

/** OpenCV's code for an exchange of left and right. */
const LEFT_RIGHT = 1;

/** Pixel work on OpenCV matrices. */
export class OpenCvImaging implements Imaging {
  constructor(private readonly cv: Addon) {}

  /** @throws {RangeError} when the raster's size and data disagree. */
  load(raster: Raster): OpenCvImage {
    return new OpenCvImage(this.cv, rasterMat(this.cv, raster));
  }

  blob(images: readonly EngineImage[], spec: BlobSpec): OpenCvBlob {
    const { cv } = this;
    const mats = images.map(matOf);
    if (mats.length === 0) throw new RangeError('A blob needs at least one image');
    assertSize(spec.width, spec.height);
    const size = new cv.Size(spec.width, spec.height);
    const mean = new cv.Vec3(...spec.mean);
    // swapRB and crop are both true by default in the binding: always say which.
    return new OpenCvBlob(native(() => cv.blobFromImages(mats, spec.scale, size, mean, spec.bgr, false)));
  }
}

/** A copy of the raster in native memory. @throws {RangeError} when its size and data disagree. */
export function rasterMat(cv: Addon, { data, width, height }: Raster): Mat {
  assertSize(width, height);
  if (data.length !== width * height * 3) {
    throw new RangeError(
      `A raster of ${width}x${height} needs ${width * height * 3} bytes, not ${data.length}`,
    );
  }
  return native(() => new cv.Mat(data, height, width, cv.CV_8UC3));
}

class OpenCvImage implements EngineImage {
  readonly width: number;
  readonly height: number;

  constructor(
    private readonly cv: Addon,
    readonly mat: Mat,
  ) {
    this.width = mat.cols;
    this.height = mat.rows;
  }

  resize(width: number, height: number, interpolation: Interpolation): OpenCvImage {
    assertSize(width, height);
    return this.#wrap(() => this.mat.resize(height, width, 0, 0, flag(this.cv, interpolation)));
  }

  crop({ x1, y1, x2, y2 }: BoundingBox): OpenCvImage {
    const whole = [x1, y1, x2, y2].every(Number.isInteger);
    const inside = x1 >= 0 && y1 >= 0 && x1 < x2 && y1 < y2 && x2 <= this.width && y2 <= this.height;
    if (!whole || !inside) {
      throw new RangeError(
        `No whole-pixel box inside ${this.width}x${this.height}: ${x1},${y1} to ${x2},${y2}`,
      );
    }
    return this.#wrap(() => this.mat.getRegion(new this.cv.Rect(x1, y1, x2 - x1, y2 - y1)));
  }

  pad({ top, right, bottom, left }: Sides, border: 'constant' | 'replicate'): OpenCvImage {
    if (![top, right, bottom, left].every((side) => Number.isInteger(side) && side >= 0)) {
      throw new RangeError(`Padding of ${top}, ${right}, ${bottom}, ${left} pixels`);
    }
    assertSize(this.width + left + right, this.height + top + bottom);
    const type = border === 'constant' ? this.cv.BORDER_CONSTANT : this.cv.BORDER_REPLICATE;
    const black = new this.cv.Vec3(0, 0, 0);
    return this.#wrap(() => this.mat.copyMakeBorder(top, bottom, left, right, type, black));
  }

  flip(): OpenCvImage {
    return this.#wrap(() => this.mat.flip(LEFT_RIGHT));
  }

  release(): void {
    this.mat.release();
  }

  #wrap(call: () => Mat): OpenCvImage {
    return new OpenCvImage(this.cv, native(call));
  }
}

/** A blob in OpenCV's memory. */
export class OpenCvBlob implements Blob {
  constructor(readonly mat: Mat) {}

  get shape(): Blob['shape'] {
    const [count = 0, channels = 0, height = 0, width = 0] = this.mat.sizes;
    return [count, channels, height, width];
  }

  toFloat32(): Float32Array {
    return native(() => readFloats(this.mat));
  }

  release(): void {
    this.mat.release();
  }
}

function matOf(image: EngineImage): Mat {
  if (image instanceof OpenCvImage) return image.mat;
  throw new TypeError('The image belongs to another engine');
}

function flag(cv: Addon, interpolation: Interpolation): number {
  switch (interpolation) {
    case 'nearest':
      return cv.INTER_NEAREST;
    case 'linear':
      return cv.INTER_LINEAR;
    case 'cubic':
      return cv.INTER_CUBIC;
    case 'area':
      return cv.INTER_AREA;
  }
}

function assertSize(width: number, height: number): void {
  if (![width, height].every((side) => Number.isInteger(side) && side > 0 && side <= maxSide)) {
    throw new RangeError(`No picture can have ${width}x${height} pixels`);
  }
}
