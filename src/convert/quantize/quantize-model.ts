import { encodeAttribute } from '../onnx/graph.js';
import type { OnnxModel, OnnxNode } from '../onnx/model.js';
import type { TensorProto } from '../onnx/schema.js';
import { floatsOf, tensorProto, type TensorData } from '../onnx/tensors.js';
import { at } from '../tensor.js';
import { OUTPUT_AXIS, type Layer } from './layers.js';
import { byteScale, quantiseWeights, type ByteScale, type Range } from './numbers.js';

/** How a net is quantised. */
export interface Plan {
  /** The layers that are, by name. */
  readonly layers: ReadonlySet<string>;
  /** What the values of the net reach from and to, by name. */
  readonly ranges: ReadonlyMap<string, Range>;
}

/** Nodes that only move or choose values: what they give needs no other scale than what they take. */
const MOVING: ReadonlySet<string> = new Set(['MaxPool', 'Flatten', 'Reshape', 'Transpose', 'Identity']);

/**
 * Writes int8 into a net: pairs of QuantizeLinear and DequantizeLinear round each layer, which ONNX Runtime turns into
 * integer kernels. Everything else stays in float.
 *
 * @param model of opset 13 at least.
 * @throws {Error} where the plan has no range for a value that it needs.
 */
export function quantiseModel(model: OnnxModel, layers: readonly Layer[], plan: Plan): OnnxModel {
  return new Quantiser(
    model,
    layers.filter(({ name }) => plan.layers.has(name)),
    plan.ranges,
  ).write();
}

/** Names of the values that `layers` need a range for: what they read, and what convolutions give. */
export function valuesToRange(layers: readonly Layer[]): ReadonlySet<string> {
  const values = new Set(layers.map(({ input }) => input));
  for (const { kind, result } of layers) if (kind !== 'product') values.add(result);
  return values;
}

class Quantiser {
  readonly #nodes: OnnxNode[] = [];
  readonly #constants: Map<string, TensorProto>;
  readonly #scales: ReadonlyMap<string, ByteScale>;
  readonly #byNode: ReadonlyMap<OnnxNode, Layer>;
  /** Results of the net that layers give. */
  readonly #results: ReadonlySet<string>;
  readonly #folded: ReadonlySet<OnnxNode | undefined>;
  /** Values that are there in 8 bits alone. */
  readonly #rounded = new Set<string>();

  constructor(
    private readonly model: OnnxModel,
    layers: readonly Layer[],
    ranges: ReadonlyMap<string, Range>,
  ) {
    this.#constants = new Map(model.constants);
    this.#byNode = new Map(layers.map((layer) => [layer.node, layer]));
    this.#folded = new Set(layers.map(({ activation }) => activation));
    this.#scales = scalesOf(model, layers, ranges);
    const outputs = new Set(model.outputs.map(({ name }) => name));
    this.#results = new Set(layers.flatMap(({ result }) => (outputs.has(result) ? [result] : [])));
  }

  write(): OnnxModel {
    for (const { name } of this.model.inputs) this.#pair(name);
    for (const node of this.model.nodes) {
      if (this.#folded.has(node)) continue;
      const layer = this.#byNode.get(node);
      if (layer) this.#layer(layer);
      else this.#nodes.push({ ...node, inputs: node.inputs.map((name) => this.#read(name)) });
      for (const output of layer ? [layer.result] : node.outputs) {
        this.#pair(output, layer && this.#sumOf(layer));
        if (this.#scales.has(output) && (layer ?? this.#isMoved(node))) this.#rounded.add(output);
      }
    }
    return { ...this.model, nodes: this.#nodes, constants: this.#constants };
  }

  /** The name by which nodes in float read a value: what was calculated in float is not rounded for them. */
  #read(name: string): string {
    return this.#rounded.has(name) ? this.#floatOf(name) : name;
  }

  /** The name of a value that came out of 8 bits. */
  #floatOf(name: string): string {
    return this.#results.has(name) ? name : `${name}/float`;
  }

  /** The name of what a layer gives before it is put into 8 bits: what the net itself gives has been there. */
  #sumOf({ result }: Layer): string {
    return this.#results.has(result) && this.#scales.has(result) ? `${result}/sum` : result;
  }

  #isMoved({ opType, inputs: [input = ''] }: OnnxNode): boolean {
    return MOVING.has(opType) && this.#rounded.has(input);
  }

  /** A value in 8 bits and back, where it is to be. */
  #pair(name: string, from = name): void {
    const bytes = this.#scales.get(name);
    if (!bytes) return;
    const scale = this.#constant(`${name}/scale`, [], Float32Array.of(bytes.scale));
    const zero = this.#constant(`${name}/zero`, [], Uint8Array.of(bytes.zero));
    this.#node('QuantizeLinear', [from, scale, zero], `${name}/bytes`);
    this.#node('DequantizeLinear', [`${name}/bytes`, scale, zero], from === name ? `${name}/float` : name);
  }

  #layer(layer: Layer): void {
    const input = this.#scales.get(layer.input)?.scale ?? Number.NaN;
    const { dims } = this.#given(layer.weights);
    const { values, scales, offsets } = quantiseWeights(
      floatsOf(this.#given(layer.weights)),
      at(dims, OUTPUT_AXIS),
      layer.bias === undefined ? undefined : floatsOf(this.#given(layer.bias)),
      input,
    );
    const inputs = [
      this.#floatOf(layer.input),
      this.#byOutput(`${layer.name}/weights8`, dims, values, scales),
    ];
    if (offsets) {
      const units = scales.map((scale) => scale * input);
      inputs.push(this.#byOutput(`${layer.name}/bias32`, [offsets.length], offsets, units));
    }
    this.#nodes.push({ ...layer.node, inputs, outputs: [this.#sumOf(layer)] });
  }

  /** Whole numbers with a scale for each output, as floats. */
  #byOutput(name: string, shape: readonly number[], values: TensorData, scales: Float32Array): string {
    const zeros = values instanceof Int8Array ? new Int8Array(scales.length) : new Int32Array(scales.length);
    const inputs = [
      this.#constant(name, shape, values),
      this.#constant(`${name}/scale`, [scales.length], scales),
      this.#constant(`${name}/zero`, [scales.length], zeros),
    ];
    const axis = encodeAttribute('axis', OUTPUT_AXIS);
    this.#nodes.push({
      opType: 'DequantizeLinear',
      name: `${name}/float`,
      inputs,
      outputs: [`${name}/float`],
      attributes: [axis],
    });
    return `${name}/float`;
  }

  #node(opType: string, inputs: readonly string[], output: string): void {
    this.#nodes.push({ opType, name: `${output}/${opType}`, inputs, outputs: [output], attributes: [] });
  }

  #constant(name: string, shape: readonly number[], data: TensorData): string {
    this.#constants.set(name, tensorProto(name, shape, data));
    return name;
  }

  #given(name: string): TensorProto {
    const constant = this.model.constants.get(name);
    if (!constant) throw new Error(`The net has no constant ${name}`);
    return constant;
  }
}

/** The scale of each value that is to be in 8 bits: what layers read and what convolutions give. */
function scalesOf(
  { nodes, constants }: OnnxModel,
  layers: readonly Layer[],
  ranges: ReadonlyMap<string, Range>,
): ReadonlyMap<string, ByteScale> {
  const bounds = new Map(layers.map((layer) => [layer.result, layer.bounds]));
  const scales = new Map<string, ByteScale>();
  for (const name of valuesToRange(layers)) {
    const range = ranges.get(name);
    if (!range) throw new Error(`There is no range for ${name}`);
    const { low, high } = bounds.get(name) ?? { low: -Infinity, high: Infinity };
    scales.set(name, byteScale({ low: Math.max(low, range.low), high: Math.min(high, range.high) }));
  }
  for (const {
    opType,
    inputs: [input = ''],
    outputs: [output = ''],
  } of nodes) {
    const scale = MOVING.has(opType) && !constants.has(input) ? scales.get(input) : undefined;
    if (scale && scales.has(output)) scales.set(output, scale);
  }
  return scales;
}
