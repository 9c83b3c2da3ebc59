import type * as OnnxRuntime from 'onnxruntime-node';
import type { OnnxRuntimeFacts } from '../core/doctor/facts.js';
import { ENGINE_READS } from '../core/engines.js';
import { hasCode, messageOf } from '../core/thrown.js';
import { FatalError } from '../errors.js';
import type { Blob, Engine, ModelLoader, Net } from '../ports.js';
import type { NetFiles } from '../types.js';

type Runtime = Pick<typeof OnnxRuntime, 'InferenceSession' | 'Tensor' | 'env'>;

const load = (): Promise<Runtime> => import('onnxruntime-node');

/**
 * Loads ONNX Runtime, which is not among facetag's dependencies.
 * @throws {FatalError} ENGINE_MISSING with the command that installs it.
 */
export async function loadOnnxRuntime(): Promise<Engine & ModelLoader> {
  return new OnnxRuntimeEngine(await importRuntime(load));
}

/** The package itself is not there, as opposed to a part of it. */
function isAbsent(cause: unknown): boolean {
  return hasCode(cause, 'ERR_MODULE_NOT_FOUND') && messageOf(cause).includes("'onnxruntime-node'");
}

/** @throws {FatalError} ENGINE_MISSING when the package cannot be imported. */
export async function importRuntime(importPackage: () => Promise<Runtime>): Promise<Runtime> {
  try {
    return await importPackage();
  } catch (cause) {
    const reason = isAbsent(cause) ? 'is not installed' : `does not load (${messageOf(cause)})`;
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
  /**
   * Of int8 nets: processors with AVX2 or AVX-512 but without VNNI add products in pairs of 16 bits, which saturate. This
   * makes them calculate what those with VNNI do, which is exact; float nets and other processors know nothing of it.
   */
  extra: { session: { x64quantprecision: '1' } },
};

class OnnxRuntimeEngine implements Engine, ModelLoader {
  readonly name = 'onnxruntime';
  readonly reads = ENGINE_READS.onnxruntime;

  constructor(private readonly runtime: Runtime) {}

  /** @throws {FatalError} MODEL_CORRUPT naming the file that ONNX Runtime cannot read. */
  async loadNet({ format, weights }: NetFiles): Promise<Net> {
    if (!this.reads.includes(format)) {
      throw new FatalError('INTERNAL', `ONNX Runtime reads no ${format} files: ${weights}`);
    }
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

  async loadModel(model: Uint8Array): Promise<Net> {
    return new OnnxRuntimeNet(
      this.runtime,
      await this.runtime.InferenceSession.create(model, sessionOptions),
    );
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

/** `y = relu(x)` for one number, as ONNX (opset 10): the smallest net that is really run. */
const TINY_NET = Buffer.from(
  'CAUSB2ZhY2V0YWc6NgoPCgF4EgF5GgF5IgRSZWx1EgF0Wg8KAXgSCgoICAESBAoCCAFiDwoBeRIKCggIARIECgIIAUIECgAQCg==',
  'base64',
);

/**
 * Loads ONNX Runtime and runs a net of one node, for `doctor`: a library built for another processor or another C
 * library shows it here. That it is not installed is an answer, anything else that fails is thrown.
 */
export async function tryOnnxRuntime(importPackage = load): Promise<OnnxRuntimeFacts> {
  let runtime: Runtime;
  try {
    runtime = await importPackage();
  } catch (cause) {
    if (isAbsent(cause)) return { installed: false };
    throw cause;
  }
  const { InferenceSession, Tensor, env } = runtime;
  const session = await InferenceSession.create(TINY_NET, sessionOptions);
  const { y } = await session.run({ x: new Tensor('float32', Float32Array.of(-1), [1]) });
  if (y?.data[0] !== 0) throw new Error('a net of one node gave a wrong number');
  return { installed: true, version: env.versions.node ?? 'unknown version' };
}
