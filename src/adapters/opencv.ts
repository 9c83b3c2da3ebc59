import { isSupportedOpenCv } from '../../bin/setup/versions.js';
import { FatalError } from '../errors.js';
import type { CanvasFactory, Engine, Imaging } from '../ports.js';
import type { Addon } from './opencv/addon.js';
import { loadAddon } from './opencv/addon.js';
import { OpenCvCanvasFactory } from './opencv/canvas.js';
import { OpenCvImaging } from './opencv/imaging.js';
import { OpenCvEngine } from './opencv/net.js';

/** OpenCV, loaded and checked: pixel work, inference and drawing. */
export interface OpenCv {
  /** For example `4.6.0`. */
  readonly version: string;
  readonly imaging: Imaging;
  readonly engine: Engine;
  readonly canvases: CanvasFactory;
}

/**
 * Loads the native binding and sets it to one thread. Call it in child processes only, and once: a second V8 isolate
 * in the same process crashes it.
 * @throws {FatalError} ADDON_MISSING, OPENCV_UNSUPPORTED.
 */
export function loadOpenCv(): OpenCv {
  const cv = loadAddon();
  const version = checkVersion(cv);
  // Lanes are the parallelism: one thread each.
  cv.setNumThreads(1);
  return {
    version,
    imaging: new OpenCvImaging(cv),
    engine: new OpenCvEngine(cv),
    canvases: new OpenCvCanvasFactory(cv),
  };
}

type Versioned = Pick<Addon, 'getVersionMajor' | 'getVersionMinor' | 'getVersionRevision'>;

/** @throws {FatalError} OPENCV_UNSUPPORTED outside 4.5 to 4.x: OpenCV 5 has no Caffe importer. */
export function checkVersion(cv: Versioned): string {
  const version = `${cv.getVersionMajor()}.${cv.getVersionMinor()}.${cv.getVersionRevision()}`;
  if (!isSupportedOpenCv(version)) {
    throw new FatalError(
      'OPENCV_UNSUPPORTED',
      `OpenCV ${version} is not supported: facetag needs 4.5 or a later 4.x. ` +
        'Install libopencv-dnn-dev of your distribution (Debian 12, Ubuntu 22.04 or later), then run `npm start`.',
    );
  }
  return version;
}
