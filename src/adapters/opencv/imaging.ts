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
  load(raster: Raster): EngineImage {
    return new RasterImage(this.cv, raster);
  }

  blob(images: readonly EngineImage[], spec: BlobSpec): OpenCvBlob {
    const { cv } = this;
    if (images.length === 0) throw new RangeError('A blob needs at least one image');
    assertSize(spec.width, spec.height);
    const size = new cv.Size(spec.width, spec.height);
    const mean = new cv.Vec3(...spec.mean);
    return usingMats(images, (mats) => {
      // swapRB and crop are both true by default in the binding: always say which.
      return new OpenCvBlob(native(() => cv.blobFromImages(mats, spec.scale, size, mean, spec.bgr, false)));
    });
  }
}

/** A copy of the raster in native memory. @throws {RangeError} when its size and data disagree. */
export function rasterMat(cv: Addon, raster: Raster): Mat {
  assertRaster(raster);
  return native(() => new cv.Mat(raster.data, raster.height, raster.width, cv.CV_8UC3));
}

/** @throws {RangeError} when its size and data disagree. */
function assertRaster({ data, width, height }: Raster): void {
  assertSize(width, height);
  if (data.length !== width * height * 3) {
    throw new RangeError(
      `A raster of ${width}x${height} needs ${width * height * 3} bytes, not ${data.length}`,
    );
  }
}

/**
 * Pixels that stay where they are: OpenCV is given a copy for the time of one call, and of a crop its rows alone. A
 * picture of 1920 x 1440 pixels that lay there a second time took 8 MB of each lane.
 */
class RasterImage implements EngineImage {
  readonly width: number;
  readonly height: number;

  constructor(
    private readonly cv: Addon,
    private readonly raster: Raster,
  ) {
    assertRaster(raster);
    this.width = raster.width;
    this.height = raster.height;
  }

  resize(width: number, height: number, interpolation: Interpolation): EngineImage {
    return this.#copied((image) => image.resize(width, height, interpolation));
  }

  crop(box: BoundingBox): EngineImage {
    assertInside(box, this);
    const { x1, y1, x2, y2 } = box;
    const { width } = this;
    const rows = this.raster.data.subarray(y1 * width * 3, y2 * width * 3);
    const band = new OpenCvImage(this.cv, rasterMat(this.cv, { data: rows, width, height: y2 - y1 }));
    try {
      return band.crop({ x1, y1: 0, x2, y2: y2 - y1 });
    } finally {
      // The crop keeps its pixels.
      band.release();
    }
  }

  pad(border: Sides, how: 'constant' | 'replicate'): EngineImage {
    return this.#copied((image) => image.pad(border, how));
  }

  flip(): EngineImage {
    return this.#copied((image) => image.flip());
  }

  /** Nothing is held: what was made of it is the caller's. */
  release(): void {
    return;
  }

  /** The caller releases it. */
  toMat(): Mat {
    return rasterMat(this.cv, this.raster);
  }

  #copied(use: (image: OpenCvImage) => EngineImage): EngineImage {
    const image = new OpenCvImage(this.cv, this.toMat());
    try {
      return use(image);
    } finally {
      image.release();
    }
  }
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

  crop(box: BoundingBox): OpenCvImage {
    assertInside(box, this);
    const { x1, y1, x2, y2 } = box;
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

/** Gives `use` the matrices of images, and afterwards releases those that were made for it. */
function usingMats<T>(images: readonly EngineImage[], use: (mats: readonly Mat[]) => T): T {
  const made: Mat[] = [];
  const matOf = (image: EngineImage): Mat => {
    if (image instanceof OpenCvImage) return image.mat;
    if (!(image instanceof RasterImage)) throw new TypeError('The image belongs to another engine');
    const mat = image.toMat();
    made.push(mat);
    return mat;
  };
  try {
    return use(images.map(matOf));
  } finally {
    for (const mat of made) mat.release();
  }
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

/** @throws {RangeError} where a box is not of whole pixels, empty, or leaves the picture. */
function assertInside(
  { x1, y1, x2, y2 }: BoundingBox,
  { width, height }: Pick<EngineImage, 'width' | 'height'>,
): void {
  const whole = [x1, y1, x2, y2].every(Number.isInteger);
  const inside = x1 >= 0 && y1 >= 0 && x1 < x2 && y1 < y2 && x2 <= width && y2 <= height;
  if (!whole || !inside) {
    throw new RangeError(`No whole-pixel box inside ${width}x${height}: ${x1},${y1} to ${x2},${y2}`);
  }
}

function assertSize(width: number, height: number): void {
  if (![width, height].every((side) => Number.isInteger(side) && side > 0 && side <= maxSide)) {
    throw new RangeError(`No picture can have ${width}x${height} pixels`);
  }
}
