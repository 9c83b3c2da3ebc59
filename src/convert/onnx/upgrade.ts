import { encodeAttribute } from './graph.js';
import { attributeOf, type OnnxModel, type OnnxNode } from './model.js';
import type { TensorProto } from './schema.js';
import { tensorProto } from './tensors.js';

/** The first opset with a scale a channel. */
const QUANTISED_OPSET = 13;

/** Operators that mean the same in opset 10 and 13. */
const UNCHANGED: ReadonlySet<string> = new Set([
  'Abs', 'Add', 'AveragePool', 'BatchNormalization', 'Concat', 'Conv', 'ConvTranspose', 'Div', 'Exp', 'Flatten',
  'Gemm', 'GlobalAveragePool', 'GlobalMaxPool', 'Identity', 'LRN', 'LeakyRelu', 'Log', 'MatMul', 'Max', 'MaxPool',
  'Min', 'Mul', 'Neg', 'PRelu', 'Pow', 'ReduceMax', 'ReduceMean', 'ReduceMin', 'ReduceSumSquare', 'Relu', 'Reshape',
  'Sigmoid', 'Sqrt', 'Sub', 'Sum', 'Tanh', 'Transpose',
]); // prettier-ignore

/**
 * The same net in opset 13 or later.
 *
 * @throws {Error} naming a node whose meaning has changed in a way that is not known here.
 */
export function upgraded(model: OnnxModel): OnnxModel {
  if (model.opset >= QUANTISED_OPSET) return model;
  if (model.opset < 10) throw new Error(`ONNX of opset ${model.opset} is older than can be read`);
  const constants = new Map(model.constants);
  const keep = (constant: TensorProto): string => {
    constants.set(constant.name, constant);
    return constant.name;
  };
  const nodes = model.nodes.flatMap((node) => upgradedNode(node, model.opset, keep));
  return { ...model, opset: QUANTISED_OPSET, nodes, constants };
}

function upgradedNode(
  node: OnnxNode,
  opset: number,
  keep: (constant: TensorProto) => string,
): OnnxNode | readonly OnnxNode[] {
  switch (node.opType) {
    case 'Clip':
      return opset >= 11 ? node : upgradedClip(node, keep);
    case 'Pad':
      return opset >= 11 ? node : upgradedPad(node, keep);
    case 'Softmax':
      return upgradedSoftmax(node);
    case 'Resize':
      if (opset >= 11) return node;
      break;
    default:
      if (UNCHANGED.has(node.opType)) return node;
  }
  throw new Error(
    `The node ${node.name} of type ${node.opType} has changed its meaning since opset ${opset}`,
  );
}

/** Bounds have become inputs. */
function upgradedClip(node: OnnxNode, keep: (constant: TensorProto) => string): OnnxNode {
  const bounds = ['min', 'max'].map((bound) => {
    const value = attributeOf(node, bound)?.f;
    return value === undefined
      ? ''
      : keep(tensorProto(`${nameOf(node)}/${bound}`, [], Float32Array.of(value)));
  });
  return { ...node, inputs: [...node.inputs, ...bounds], attributes: [] };
}

/** So have the widths of edges, and what they are filled with. */
function upgradedPad(node: OnnxNode, keep: (constant: TensorProto) => string): OnnxNode {
  const pads = attributeOf(node, 'pads')?.ints ?? [];
  const widths = tensorProto(`${nameOf(node)}/pads`, [pads.length], BigInt64Array.from(pads, BigInt));
  const filling = Float32Array.of(attributeOf(node, 'value')?.f ?? 0);
  const inputs = [...node.inputs, keep(widths), keep(tensorProto(`${nameOf(node)}/value`, [], filling))];
  return { ...node, inputs, attributes: node.attributes.filter(({ name }) => name === 'mode') };
}

/** Once over all axes from the given one on, as if they were one; now over a single axis. */
function upgradedSoftmax(node: OnnxNode): readonly OnnxNode[] {
  const name = nameOf(node);
  const [input = ''] = node.inputs;
  const axis = attributeOf(node, 'axis')?.i ?? 1;
  const step = (opType: string, inputs: readonly string[], result: string, at?: number): OnnxNode => ({
    opType,
    name: result,
    inputs,
    outputs: [result],
    attributes: at === undefined ? [] : [encodeAttribute('axis', at)],
  });
  return [
    step('Flatten', [input], `${name}/rows`, axis),
    step('Softmax', [`${name}/rows`], `${name}/flat`, -1),
    step('Shape', [input], `${name}/shape`),
    step('Reshape', [`${name}/flat`, `${name}/shape`], name),
  ];
}

/** Nodes of others need not have a name; their results do. */
function nameOf({ outputs }: OnnxNode): string {
  return outputs[0] ?? '';
}
