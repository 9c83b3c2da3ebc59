import type * as OnnxRuntime from 'onnxruntime-node';
import { hasCode, messageOf } from '../core/thrown.js';
import { FatalError } from '../errors.js';
import type { Blob, Engine, Net, NetFiles } from '../ports.js';

type Runtime = Pick<typeof OnnxRuntime, 'InferenceSession' | 'Tensor'>;

/**
 * Loads ONNX Runtime, which is not among facetag's dependencies.
 * @throws {FatalError} ENGINE_MISSING with the command that installs it.
 */
export async function loadOnnxRuntime(): Promise<Engine> {
  return new OnnxRuntimeEngine(await importRuntime(() => import('onnxruntime-node')));
}

/** @throws {FatalError} ENGINE_MISSING when `load` fails. */
export async function importRuntime(load: () => Promise<Runtime>): Promise<Runtime> {
  try {
    return await load();
  } catch (cause) {
    const absent = hasCode(cause, 'ERR_MODULE_NOT_FOUND');
    const reason = absent ? 'is not installed' : `does not load (${messageOf(cause)})`;
    throw new FatalError(
      'ENGINE_MISSING',
      `The engine onnxruntime was asked for, but onnxruntime-node ${reason}. Install it beside facetag: ` +
        '`npm install onnxruntime-node`, with -g where facetag is global. Or leave out `--engine onnxruntime`.',
      { cause },
    );
  }
}

/**
 * One thread: lanes are the parallelism. No memory pattern: each input shape would keep a block of its own (the
 * detector's input follows the picture's: 178 MB a process instead of 228). The arena stays on: freeing activations
 * after each run costs page faults (2.4 times the run time where malloc returns them) or saves nothing.
 */
const sessionOptions: OnnxRuntime.InferenceSession.SessionOptions = {
  executionProviders: ['cpu'],
  executionMode: 'sequential',
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  enableMemPattern: false,
  enableCpuMemArena: true,
  // Warnings would go to stderr past facetag's own log.
  logSeverityLevel: 3,
};

class OnnxRuntimeEngine implements Engine {
  readonly name = 'onnxruntime';

  constructor(private readonly runtime: Runtime) {}

  /** @throws {FatalError} MODEL_CORRUPT naming the file that ONNX Runtime cannot read. */
  async loadNet({ format, weights }: NetFiles): Promise<Net> {
    if (format !== 'onnx')
      throw new FatalError('INTERNAL', `ONNX Runtime reads no ${format} files: ${weights}`);
    try {
      const session = await this.runtime.InferenceSession.create(weights, sessionOptions);
      return new OnnxRuntimeNet(this.runtime, session);
    } catch (cause) {
      throw new FatalError(
        'MODEL_CORRUPT',
        `ONNX Runtime cannot read the net ${weights}: ${messageOf(cause)}. Check it with \`facetag models verify\`.`,
        { cause },
      );
    }
  }
}

class OnnxRuntimeNet implements Net {
  constructor(
    private readonly runtime: Runtime,
    private readonly session: OnnxRuntime.InferenceSession,
  ) {}

  async forward(blob: Blob, outputs: readonly string[]): Promise<readonly Float32Array[]> {
    const [input] = this.session.inputNames;
    if (input === undefined) throw new Error('The net has no input');
    const tensor = new this.runtime.Tensor('float32', blob.toFloat32(), blob.shape);
    const results = await this.session.run({ [input]: tensor }, outputs);
    return outputs.map((name) => floats(results[name], name));
  }
}

function floats(tensor: OnnxRuntime.Tensor | undefined, name: string): Float32Array {
  if (tensor?.data instanceof Float32Array) return tensor.data;
  throw new Error(`The net gave no float32 values for ${name}`);
}
