import { createRequire } from 'node:module';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { FatalError } from '../../errors.js';

/**
 * The part of the native binding that facetag uses. The package's own typings declare methods that do not exist at run
 * time, so what is called is declared here, as checked against OpenCV 4.6.
 */
export interface Addon {
  /** Copies `data`, and reads past its end when it is shorter than rows * cols * 3: check first. */
  readonly Mat: new (data: Buffer, rows: number, cols: number, type: number) => Mat;
  readonly Size: new (width: number, height: number) => object;
  readonly Rect: new (x: number, y: number, width: number, height: number) => object;
  readonly Point2: new (x: number, y: number) => object;
  readonly Vec3: new (first: number, second: number, third: number) => object;
  readonly CV_8UC3: number;
  readonly INTER_NEAREST: number;
  readonly INTER_LINEAR: number;
  readonly INTER_CUBIC: number;
  readonly INTER_AREA: number;
  readonly BORDER_CONSTANT: number;
  readonly BORDER_REPLICATE: number;
  readonly LINE_8: number;
  readonly LINE_AA: number;
  readonly FILLED: number;
  readonly FONT_HERSHEY_DUPLEX: number;
  readonly DNN_BACKEND_OPENCV: number;
  readonly DNN_TARGET_CPU: number;
  setNumThreads(threads: number): void;
  getVersionMajor(): number;
  getVersionMinor(): number;
  getVersionRevision(): number;
  blobFromImages(
    images: readonly Mat[],
    scale: number,
    size: object,
    mean: object,
    swapRB: boolean,
    crop: boolean,
  ): Mat;
  readNetFromONNXAsync(file: string, done: NetCallback): void;
  readNetFromCaffeAsync(definition: string, weights: string, done: NetCallback): void;
  readNetFromTensorflowAsync(weights: string, definition: string, done: NetCallback): void;
  getTextSize(
    text: string,
    font: number,
    scale: number,
    thickness: number,
  ): { readonly size: { readonly width: number; readonly height: number }; readonly baseLine: number };
}

/** Faults are plain strings. */
type NetCallback = (fault: unknown, net: NativeNet) => void;

/** A matrix in native memory. Its size is invisible to the garbage collector: release it. */
export interface Mat {
  readonly rows: number;
  readonly cols: number;
  /** Length of every axis; `rows` and `cols` are -1 beyond two axes. */
  readonly sizes: readonly number[];
  resize(rows: number, cols: number, fx: number, fy: number, interpolation: number): Mat;
  flip(code: number): Mat;
  /** A view that keeps its parent's pixels alive. */
  getRegion(rectangle: object): Mat;
  copyMakeBorder(
    top: number,
    bottom: number,
    left: number,
    right: number,
    border: number,
    value: object,
  ): Mat;
  /** A view that does not keep this matrix alive; reads past the end when rows * cols is too large. */
  flattenFloat(rows: number, cols: number): Mat;
  /** A copy. Fails on views and beyond two axes. */
  getData(): Buffer;
  drawRectangle(rectangle: object, colour: object, thickness: number, lineType: number): void;
  putText(
    text: string,
    origin: object,
    font: number,
    scale: number,
    colour: object,
    thickness: number,
    lineType: number,
  ): void;
  release(): void;
}

export interface NativeNet {
  setPreferableBackend(backend: number): void;
  setPreferableTarget(target: number): void;
  setInput(blob: Mat): void;
  /** The results alias the net's own memory: the next call overwrites them. */
  forward(names: readonly string[]): readonly Mat[];
}

/**
 * Loads the compiled binding itself, not its JavaScript wrapper: the wrapper prints on stdout and costs 90 MB.
 * @param from URL or path of the module that the package is looked up from.
 * @throws {FatalError} ADDON_MISSING when it was not built or does not load.
 */
export function loadAddon(from: string = import.meta.url): Addon {
  // External memory tracking aborts the process when V8 is marking; it must be off before the library is loaded.
  process.env['OPENCV4NODEJS_DISABLE_EXTERNAL_MEM_TRACKING'] = '1';
  const require = createRequire(from);
  const file = addonPath(require);
  if (!existsSync(file)) throw missing(`The OpenCV binding is not built (${file} is missing)`);
  try {
    return require(file) as Addon;
  } catch (cause) {
    throw missing(`The OpenCV binding does not load: ${String(cause)}`, cause);
  }
}

/** The package's `exports` hide the addon: find it from the main entry, `cjs/lib/opencv4nodejs.js`. */
function addonPath(require: NodeJS.Require): string {
  try {
    const entry = require.resolve('@u4/opencv4nodejs');
    return path.resolve(path.dirname(entry), '../../build/Release/opencv4nodejs.node');
  } catch (cause) {
    throw missing('@u4/opencv4nodejs is not installed', cause);
  }
}

function missing(what: string, cause?: unknown): FatalError {
  const remedy = 'Run `npm start` in the checkout, or `facetag setup` after a global install.';
  return new FatalError('ADDON_MISSING', `${what}. ${remedy}`, { cause });
}

/** Runs one call of the binding, which throws plain strings, and turns those into errors. */
export function native<T>(call: () => T): T {
  try {
    return call();
  } catch (cause) {
    if (cause instanceof Error) throw cause;
    throw new Error(String(cause), { cause });
  }
}

/** Gives `use` a matrix and releases it afterwards, whatever happens. */
function using<T>(mat: Mat, use: (mat: Mat) => T): T {
  try {
    return use(mat);
  } finally {
    mat.release();
  }
}

/** A copy of all values of a float32 matrix of any number of axes. */
export function readFloats(mat: Mat): Float32Array {
  const length = mat.sizes.reduce((product, size) => product * size, 1);
  if (length === 0) return new Float32Array(0);
  const bytes = using(mat.flattenFloat(1, length), (flat) => flat.getData());
  return new Float32Array(bytes.buffer, bytes.byteOffset, length);
}
