import protobuf from 'protobufjs';
import { at, type FloatTensor, toOutputMajor } from '../tensor.js';
import type { CaffeNet } from './caffe-net.js';
import type { CaffeWeights } from './weights.js';

/** The part of TensorFlow's GraphDef that stores constants, with its official field numbers. */
const DEFINITION = `
syntax = "proto3";
package tensorflow;

message GraphDef { repeated NodeDef node = 1; }
message NodeDef { string name = 1; string op = 2; repeated string input = 3; map<string, AttrValue> attr = 5; }
message AttrValue { TensorProto tensor = 8; }
message TensorProto { int32 dtype = 1; TensorShapeProto tensor_shape = 2; bytes tensor_content = 4; repeated float float_val = 5; }
message TensorShapeProto { repeated Dim dim = 2; message Dim { int64 size = 1; } }
`;

interface TensorProto {
  readonly tensorShape?: { readonly dim: readonly { readonly size: unknown }[] } | null;
  readonly tensorContent: Uint8Array;
  readonly floatVal: readonly number[];
}

interface NodeDef {
  readonly name: string;
  readonly op: string;
  readonly input: readonly string[];
  readonly attr: Readonly<Record<string, { readonly tensor?: TensorProto | null }>>;
}

/**
 * Reads the weights of a Caffe net out of its 8-bit TensorFlow form, whose nodes are named after Caffe's layers:
 * `<layer>/weights`, `/bias`, `/gamma`, `/beta`, `/mean`, `/std` (the variance), `/mul`, `/add`. Where a normalisation
 * was folded into the convolution before it, only its offset is left, under `<convolution>/Conv2D_bn_offset`.
 * @param net names the layers to look for.
 * @throws {Error} when an array that a layer needs is not there.
 */
export function readTensorflowWeights(bytes: Uint8Array, net: CaffeNet): CaffeWeights {
  const graph = new Constants(bytes);
  const weights = new Map<string, readonly FloatTensor[]>();
  let [convolution, normalisation] = ['', ''];
  for (const { name, type } of net.layers) {
    if (type === 'Convolution') {
      convolution = name;
      const bias = graph.find(`${name}/bias`);
      weights.set(name, [toOutputMajor(graph.get(`${name}/weights`)), ...(bias ? [bias] : [])]);
    } else if (type === 'BatchNorm') {
      normalisation = name;
      weights.set(name, batchNorm(graph, name, convolution));
    } else if (type === 'Scale') {
      weights.set(name, scale(graph, name, normalisation));
    } else if (type === 'Normalize') {
      weights.set(name, [graph.get(`${name}/mul`)]);
    }
  }
  return weights;
}

/** Caffe's BatchNorm adds this to the variance; the graph's 1.001e-5 is the same to eight decimals. */
const EPSILON = 1e-5;

/** Caffe's three arrays: mean, variance, and the factor that both are to be divided by. */
function batchNorm(graph: Constants, name: string, convolution: string): FloatTensor[] {
  const factor: FloatTensor = { shape: [1], data: Float32Array.of(1) };
  const mean = graph.find(`${name}/mean`);
  if (mean) return [mean, graph.get(`${name}/std`), factor];
  const { shape, data } = graph.get(`${convolution}/Conv2D_bn_offset`);
  return [{ shape, data: data.map((value) => -value) }, { shape, data: data.map(() => 1 - EPSILON) }, factor];
}

/** Factor and offset, with those that TensorFlow's normalisation has of its own and Caffe's has not. */
function scale(graph: Constants, name: string, normalisation: string): FloatTensor[] {
  const [mul, add] = [graph.get(`${name}/mul`), graph.get(`${name}/add`)];
  const [gamma, beta] = [graph.find(`${normalisation}/gamma`), graph.find(`${normalisation}/beta`)];
  return [
    { ...mul, data: mul.data.map((factor, i) => factor * (gamma ? at(gamma.data, i) : 1)) },
    { ...add, data: add.data.map((offset, i) => offset + at(mul.data, i) * (beta ? at(beta.data, i) : 0)) },
  ];
}

/** The constants of a graph, dequantised. */
class Constants {
  readonly #nodes: ReadonlyMap<string, NodeDef>;

  constructor(bytes: Uint8Array) {
    const schema = protobuf.parse(DEFINITION).root.lookupType('tensorflow.GraphDef');
    const { node } = schema.decode(bytes) as unknown as { node: readonly NodeDef[] };
    this.#nodes = new Map(node.map((each) => [each.name, each]));
  }

  get(name: string): FloatTensor {
    const found = this.find(name);
    if (!found) throw new Error(`The graph has no ${name}`);
    return found;
  }

  find(name: string): FloatTensor | undefined {
    const node = this.#nodes.get(name);
    if (node?.op !== 'Dequantize') return undefined;
    const [codes = '', least = '', most = ''] = node.input;
    const { shape, content } = this.#tensor(codes);
    const minimum = this.#scalar(least);
    const step = (this.#scalar(most) - minimum) / 255;
    // TensorFlow's MIN_FIRST: the minimum is moved to a whole number of steps, so that zero has a code of its own.
    const first = step > 0 ? Math.round(minimum / step) : 0;
    return {
      shape,
      data: Float32Array.from(content, (code) => (step > 0 ? (code + first) * step : minimum)),
    };
  }

  #tensor(name: string): { shape: number[]; content: Uint8Array; floats: readonly number[] } {
    const tensor = this.#nodes.get(name)?.attr['value']?.tensor;
    if (!tensor) throw new Error(`The graph has no constant ${name}`);
    const shape = (tensor.tensorShape?.dim ?? []).map(({ size }) => Number(size));
    return { shape, content: tensor.tensorContent, floats: tensor.floatVal };
  }

  #scalar(name: string): number {
    const { content, floats } = this.#tensor(name);
    const [first] = floats;
    if (first !== undefined) return first;
    return new DataView(content.buffer, content.byteOffset, content.byteLength).getFloat32(0, true);
  }
}
