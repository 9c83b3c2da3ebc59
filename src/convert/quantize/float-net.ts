import { readModel, writeModel, type OnnxModel } from '../onnx/model.js';
import { dataType } from '../onnx/schema.js';
import { upgraded } from '../onnx/upgrade.js';
import type { Blob, ModelLoader, Net } from '../../ports.js';
import { Histogram } from './histogram.js';
import { findLayers, type Layer } from './layers.js';
import type { Range } from './numbers.js';

/** Inputs that are kept to measure candidates with: a detector's is 3 MB. Even. */
const MOST_INPUTS = 12;

/** What a net was given, and what it gave. */
export interface Example {
  readonly input: Blob;
  readonly names: readonly string[];
  readonly outputs: readonly Float32Array[];
}

/**
 * A net in float, which counts the values inside it while it is observed.
 *
 * Inner values become outputs of the same graph: they are what ONNX Runtime calculates, on what the real pipeline feeds.
 */
export class FloatNet implements Net {
  readonly examples: Example[] = [];
  readonly #histograms = new Map<string, Histogram>();
  #seen = 0;
  #step = 1;
  #observed: Net | undefined;

  private constructor(
    readonly model: OnnxModel,
    readonly layers: readonly Layer[],
    private readonly plain: Net,
  ) {}

  /** @param bytes of the `.onnx` file. @throws {Error} for a net that cannot be quantised, or run. */
  static async load(bytes: Uint8Array, loader: ModelLoader): Promise<FloatNet> {
    const model = upgraded(readModel(bytes));
    return new FloatNet(model, findLayers(model), await loader.loadModel(bytes));
  }

  /** From now on each call is counted; until `rest`. */
  async observe(loader: ModelLoader): Promise<void> {
    this.#observed = await loader.loadModel(writeModel(this.#withInnerOutputs()));
  }

  rest(): void {
    this.#observed = undefined;
  }

  async forward(blob: Blob, outputs: readonly string[]): Promise<readonly Float32Array[]> {
    if (!this.#observed) return await this.plain.forward(blob, outputs);
    const inner = this.#innerValues();
    const values = await this.#observed.forward(blob, [...outputs, ...inner]);
    const given = values.slice(0, outputs.length);
    const input = blob.toFloat32();
    for (const [index, name] of inner.entries()) this.#count(name, values[outputs.length + index]);
    for (const { name } of this.model.inputs) this.#count(name, input);
    this.#keep({ input: copyOf(blob, input), names: outputs, outputs: given });
    return given;
  }

  /** What every value reached that a plan may need. @param leftOut share at each end. */
  ranges(leftOut: number): ReadonlyMap<string, Range> {
    return new Map([...this.#histograms].map(([name, histogram]) => [name, histogram.range(leftOut)]));
  }

  /** What layers read and give, but for inputs and outputs of the net itself. */
  #innerValues(): string[] {
    const inputs = new Set(this.model.inputs.map(({ name }) => name));
    const values = new Set(this.layers.flatMap(({ input, result }) => [input, result]));
    return [...values].filter((name) => !inputs.has(name));
  }

  #withInnerOutputs(): OnnxModel {
    const outputs = new Set(this.model.outputs.map(({ name }) => name));
    const inner = this.#innerValues().filter((name) => !outputs.has(name));
    const type = { tensorType: { elemType: dataType.float32 } };
    return { ...this.model, outputs: [...this.model.outputs, ...inner.map((name) => ({ name, type }))] };
  }

  #count(name: string, values: Float32Array | undefined): void {
    const histogram = this.#histograms.get(name) ?? new Histogram();
    this.#histograms.set(name, histogram);
    histogram.add(values ?? new Float32Array());
  }

  /** Spread evenly over all that was seen: where there are too many, every other one goes. */
  #keep(example: Example): void {
    if (this.#seen++ % this.#step !== 0) return;
    if (this.examples.length === MOST_INPUTS) {
      this.examples.splice(0, MOST_INPUTS, ...this.examples.filter((_, index) => index % 2 === 0));
      this.#step *= 2;
    }
    this.examples.push(example);
  }
}

/** The blob itself is released. */
function copyOf({ shape }: Blob, values: Float32Array): Blob {
  return { shape, toFloat32: () => values, release: () => undefined };
}
