import type { Canvas, CanvasFactory, Rgb, TextSize } from '../../ports.js';
import type { BoundingBox, Raster } from '../../types.js';
import type { Addon, Mat } from './addon.js';
import { native } from './addon.js';
import { rasterMat } from './imaging.js';

/** Opens canvases on OpenCV matrices. */
export class OpenCvCanvasFactory implements CanvasFactory {
  constructor(private readonly cv: Addon) {}

  /** @throws {RangeError} when the raster's size and data disagree. */
  open(raster: Raster): Canvas {
    return new OpenCvCanvas(this.cv, rasterMat(this.cv, raster));
  }
}

/** Colours go in as they are: the matrix is RGB like the raster that it copies. */
class OpenCvCanvas implements Canvas {
  readonly width: number;
  readonly height: number;

  constructor(
    private readonly cv: Addon,
    private readonly mat: Mat,
  ) {
    this.width = mat.cols;
    this.height = mat.rows;
  }

  fillRectangle(box: BoundingBox, colour: Rgb): void {
    this.#rectangle(box, colour, this.cv.FILLED);
  }

  strokeRectangle(box: BoundingBox, colour: Rgb, thickness: number): void {
    this.#rectangle(box, colour, lineWidth(thickness));
  }

  text(
    line: string,
    origin: { readonly x: number; readonly y: number },
    colour: Rgb,
    scale: number,
    thickness: number,
  ): void {
    const { cv, mat } = this;
    native(() => {
      const point = new cv.Point2(Math.round(origin.x), Math.round(origin.y));
      const pen = new cv.Vec3(...colour);
      mat.putText(line, point, cv.FONT_HERSHEY_DUPLEX, scale, pen, lineWidth(thickness), cv.LINE_AA);
    });
  }

  textSize(line: string, scale: number, thickness: number): TextSize {
    const { cv } = this;
    const { size, baseLine } = native(() =>
      cv.getTextSize(line, cv.FONT_HERSHEY_DUPLEX, scale, lineWidth(thickness)),
    );
    return { width: size.width, height: size.height, baseline: baseLine };
  }

  toRaster(): Raster {
    return { data: native(() => this.mat.getData()), width: this.width, height: this.height };
  }

  release(): void {
    this.mat.release();
  }

  #rectangle({ x1, y1, x2, y2 }: BoundingBox, colour: Rgb, thickness: number): void {
    const { cv, mat } = this;
    const [x, y] = [Math.round(x1), Math.round(y1)];
    native(() => {
      const rectangle = new cv.Rect(x, y, Math.round(x2) - x, Math.round(y2) - y);
      // Edges along the pixels: smoothing would only blur them.
      mat.drawRectangle(rectangle, new cv.Vec3(...colour), thickness, cv.LINE_8);
    });
  }
}

/** OpenCV takes whole pixels, and 0 or less as "fill". */
function lineWidth(thickness: number): number {
  return Math.max(1, Math.round(thickness));
}
