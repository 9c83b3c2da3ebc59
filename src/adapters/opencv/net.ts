import { FatalError } from '../../errors.js';
import type { Blob, Engine, Net, NetFiles } from '../../ports.js';
import type { Addon, NativeNet } from './addon.js';
import { native, readFloats } from './addon.js';
import { OpenCvBlob } from './imaging.js';

/** OpenCV's own DNN on the CPU. */
export class OpenCvEngine implements Engine {
  readonly name = 'opencv';

  constructor(private readonly cv: Addon) {}

  /** @throws {FatalError} MODEL_CORRUPT naming the file that OpenCV cannot read. */
  loadNet(files: NetFiles): Promise<Net> {
    return new Promise((resolve) => {
      const net = this.#read(files);
      // Another default can come from the environment or from how OpenCV was built.
      net.setPreferableBackend(this.cv.DNN_BACKEND_OPENCV);
      net.setPreferableTarget(this.cv.DNN_TARGET_CPU);
      resolve(new OpenCvNet(net));
    });
  }

  #read({ format, weights, definition = '' }: NetFiles): NativeNet {
    try {
      switch (format) {
        case 'onnx':
          return this.cv.readNetFromONNX(weights);
        case 'caffe':
          return this.cv.readNetFromCaffe(definition, weights);
        case 'tensorflow':
          return this.cv.readNetFromTensorflow(weights, definition);
      }
    } catch (cause) {
      throw new FatalError(
        'MODEL_CORRUPT',
        `OpenCV cannot read the net ${weights}: ${String(cause)}. Check it with \`facetag models verify\`.`,
        { cause },
      );
    }
  }
}

/** The calls are synchronous on purpose: a lane has one picture at a time and nothing else to do. */
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
