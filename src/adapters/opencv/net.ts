import { ENGINE_READS } from '../../core/engines.js';
import { FatalError } from '../../errors.js';
import type { Blob, Engine, Net } from '../../ports.js';
import type { NetFiles } from '../../types.js';
import type { Addon, NativeNet } from './addon.js';
import { native, readFloats } from './addon.js';
import { OpenCvBlob } from './imaging.js';

/** OpenCV's own DNN on the CPU. */
export class OpenCvEngine implements Engine {
  readonly name = 'opencv';
  readonly reads = ENGINE_READS.opencv;

  constructor(private readonly cv: Addon) {}

  /** @throws {FatalError} MODEL_CORRUPT naming the file that OpenCV cannot read. */
  async loadNet(files: NetFiles): Promise<Net> {
    const net = await this.#read(files);
    // Another default can come from the environment or from how OpenCV was built.
    net.setPreferableBackend(this.cv.DNN_BACKEND_OPENCV);
    net.setPreferableTarget(this.cv.DNN_TARGET_CPU);
    return new OpenCvNet(net);
  }

  /** On another thread: while a lane starts there is much to load at once. */
  #read({ format, weights, definition = '' }: NetFiles): Promise<NativeNet> {
    return new Promise((resolve, reject) => {
      const done = (fault: unknown, net: NativeNet): void => {
        if (fault === null || fault === undefined) resolve(net);
        else reject(unreadable(weights, fault));
      };
      switch (format) {
        case 'onnx':
          this.cv.readNetFromONNXAsync(weights, done);
          return;
        case 'caffe':
          this.cv.readNetFromCaffeAsync(definition, weights, done);
          return;
        case 'tensorflow':
          this.cv.readNetFromTensorflowAsync(weights, definition, done);
          return;
        case 'tfjs':
          reject(new FatalError('INTERNAL', `OpenCV reads no ${format} files: ${weights}`));
      }
    });
  }
}

function unreadable(weights: string, cause: unknown): FatalError {
  return new FatalError(
    'MODEL_CORRUPT',
    `OpenCV cannot read the net ${weights}: ${String(cause)}. Check it with \`facetag models verify\`.`,
    { cause },
  );
}

/** Synchronous on purpose: a lane has one picture at a time and nothing else to do. */
class OpenCvNet implements Net {
  constructor(private readonly net: NativeNet) {}

  forward(blob: Blob, outputs: readonly string[]): Promise<readonly Float32Array[]> {
    return new Promise((resolve) => {
      resolve(native(() => this.#forward(blob, outputs)));
    });
  }

  #forward(blob: Blob, outputs: readonly string[]): readonly Float32Array[] {
    if (!(blob instanceof OpenCvBlob)) throw new TypeError('The blob belongs to another engine');
    this.net.setInput(blob.mat);
    const results = this.net.forward(outputs);
    try {
      return results.map(readFloats);
    } finally {
      for (const result of results) result.release();
    }
  }
}
