import { attributeType, dataType, encodeModel } from './schema.js';
import type { AttributeProto, NodeProto, TensorProto, ValueInfoProto } from './schema.js';
import { tensorProto } from './tensors.js';

/** A constant: `data.length` is the product of `shape`, last axis fastest. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array | BigInt64Array;
}

/** A whole number of elements, or the name of a size that is known at run time only. */
export type Dimension = number | string;

/** Floats are told from ints by the wrapper `{ float }`: JavaScript has one number type, ONNX has two. */
export type AttributeValue =
  number | string | readonly number[] | { readonly float: number } | { readonly floats: readonly number[] };

export type NodeAttributes = Readonly<Record<string, AttributeValue>>;

/** A `1-D` int64 constant, as `Reshape` wants. */
export function int64(...values: readonly number[]): Tensor {
  return { shape: [values.length], data: BigInt64Array.from(values, BigInt) };
}

/**
 * Builds a feed-forward ONNX model node by node. Opset 10 and IR version 5 are the newest pair that OpenCV 4.5's
 * importer reads in full (`Clip` with attributes) and that ONNX Runtime still runs.
 */
export class GraphBuilder {
  readonly #nodes: NodeProto[] = [];
  readonly #constants: TensorProto[] = [];
  readonly #inputs: ValueInfoProto[] = [];
  readonly #outputs: ValueInfoProto[] = [];

  constructor(readonly name: string) {}

  /** Declares a float32 input and returns its name. */
  input(name: string, shape: readonly Dimension[]): string {
    this.#inputs.push(valueInfo(name, shape));
    return name;
  }

  /** Declares that the value `name` is a float32 result. */
  output(name: string, shape: readonly Dimension[]): void {
    this.#outputs.push(valueInfo(name, shape));
  }

  /** Adds a constant and returns its name. @throws {RangeError} when shape and data disagree. */
  constant(name: string, tensor: Tensor): string {
    this.#constants.push(tensorProto(name, tensor.shape, tensor.data));
    return name;
  }

  /** Adds a node with one result, which has the node's name, and returns it. */
  node(opType: string, name: string, inputs: readonly string[], attributes: NodeAttributes = {}): string {
    const attribute = Object.entries(attributes).map(([key, value]) => encodeAttribute(key, value));
    this.#nodes.push({ name, opType, input: inputs, output: [name], attribute });
    return name;
  }

  /** The bytes of the `.onnx` file. */
  build(): Uint8Array {
    return encodeModel({
      irVersion: 5,
      producerName: 'facetag',
      graph: {
        name: this.name,
        node: this.#nodes,
        initializer: this.#constants,
        input: this.#inputs,
        output: this.#outputs,
      },
      opsetImport: [{ domain: '', version: 10 }],
    });
  }
}

function valueInfo(name: string, shape: readonly Dimension[]): ValueInfoProto {
  const dim = shape.map((size) => (typeof size === 'number' ? { dimValue: size } : { dimParam: size }));
  return { name, type: { tensorType: { elemType: dataType.float32, shape: { dim } } } };
}

export function encodeAttribute(name: string, value: AttributeValue): AttributeProto {
  if (typeof value === 'number') return { name, type: attributeType.int, i: value };
  if (typeof value === 'string') return { name, type: attributeType.string, s: Buffer.from(value) };
  if ('float' in value) return { name, type: attributeType.float, f: value.float };
  if ('floats' in value) return { name, type: attributeType.floats, floats: value.floats };
  return { name, type: attributeType.ints, ints: value };
}
