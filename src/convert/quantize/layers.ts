import { sizeOf } from '../tensor.js';
import { attributeOf, readersOf, type OnnxModel, type OnnxNode } from '../onnx/model.js';
import { floatsOf } from '../onnx/tensors.js';

/** A convolution or a product with constant weights: what is worth quantising. */
export interface Layer {
  /** Of the value that the node gives: unique in the net. */
  readonly name: string;
  readonly node: OnnxNode;
  /** `depthwise`: one filter for each channel. */
  readonly kind: 'conv' | 'depthwise' | 'product';
  /** The value that it reads. */
  readonly input: string;
  readonly weights: string;
  /** Undefined where it has none. */
  readonly bias: string | undefined;
  /** The value that it gives, activation included. */
  readonly result: string;
  /** Relu or Clip behind it, which the saturation of 8-bit values stands for. */
  readonly activation: OnnxNode | undefined;
  /** What the activation bounds the result to. */
  readonly bounds: Bounds;
  /** Values among its weights. */
  readonly size: number;
}

export interface Bounds {
  readonly low: number;
  readonly high: number;
}

const UNBOUNDED: Bounds = { low: -Infinity, high: Infinity };

/** Which axis of the weights the outputs are along. */
export const OUTPUT_AXIS = 0;

/** The layers of a net, in order. */
export function findLayers(model: OnnxModel): readonly Layer[] {
  const readers = readersOf(model.nodes);
  const outputs = new Set(model.outputs.map(({ name }) => name));
  return model.nodes.flatMap((node): Layer[] => {
    const kind = kindOf(node, model);
    const [input = '', weights = '', bias] = node.inputs;
    const [name = ''] = node.outputs;
    if (kind === undefined || input === '') return [];
    const [next, ...others] = readers.get(name) ?? [];
    const bounds = next && others.length === 0 && !outputs.has(name) ? boundsOf(next, model) : undefined;
    return [
      {
        name,
        node,
        kind,
        input,
        weights,
        bias: bias === '' ? undefined : bias,
        result: (bounds && next?.outputs[0]) ?? name,
        activation: bounds && next,
        bounds: bounds ?? UNBOUNDED,
        size: sizeOf(model.constants.get(weights)?.dims ?? []),
      },
    ];
  });
}

function kindOf(node: OnnxNode, { constants }: OnnxModel): Layer['kind'] | undefined {
  const [input = '', weights = '', bias] = node.inputs;
  const shape = constants.get(weights)?.dims;
  if (!shape || constants.has(input) || (bias && !constants.has(bias))) return undefined;
  if (node.opType === 'Conv') {
    const group = attributeOf(node, 'group')?.i ?? 1;
    return group > 1 && group === shape[0] && shape[1] === 1 ? 'depthwise' : 'conv';
  }
  // The only form in which the outputs are along the first axis, as those of a convolution are.
  return node.opType === 'Gemm' && isPlainProduct(node) ? 'product' : undefined;
}

function isPlainProduct(node: OnnxNode): boolean {
  const number = (name: string): number =>
    attributeOf(node, name)?.i ?? attributeOf(node, name)?.f ?? (name.startsWith('trans') ? 0 : 1);
  return number('transA') === 0 && number('transB') === 1 && number('alpha') === 1 && number('beta') === 1;
}

/** What a node bounds its input to where it does nothing else; undefined for other nodes. */
function boundsOf(node: OnnxNode, { constants }: OnnxModel): Bounds | undefined {
  if (node.opType === 'Relu') return { low: 0, high: Infinity };
  if (node.opType !== 'Clip') return undefined;
  const bound = (name: string | undefined, none: number): number => {
    if (!name) return none;
    const constant = constants.get(name);
    return constant ? (floatsOf(constant)[0] ?? none) : Number.NaN;
  };
  const low = bound(node.inputs[1], -Infinity);
  const high = bound(node.inputs[2], Infinity);
  // Zero can be told exactly in 8 bits: a range has it always.
  return low <= 0 && high >= 0 ? { low, high } : undefined;
}
