import { int64 } from '../onnx/graph.js';
import type { GraphBuilder } from '../onnx/graph.js';
import { at, type FloatTensor } from '../tensor.js';
import { lacksWeights } from './affine-run.js';
import type { CaffeLayer } from './caffe-net.js';
import { innerProduct, pooling } from './layer-params.js';
import { booleanOf, childOf, numberOf, numbersOf, textOf } from './prototxt.js';
import type { MapShape } from './shapes.js';

interface Shapes {
  readonly input: MapShape;
  readonly output: MapShape;
}

/**
 * Adds the counterpart of one layer, other than convolution and normalisation, and returns the name of its result.
 * @throws {Error} naming a layer that has none.
 */
export function convertLayer(
  graph: GraphBuilder,
  layer: CaffeLayer,
  inputs: readonly string[],
  blobs: readonly FloatTensor[],
  shapes: Shapes,
): string {
  const { name } = layer;
  const [input = ''] = inputs;
  switch (layer.type) {
    case 'ReLU':
      return relu(graph, layer, input);
    case 'Pooling':
      return pool(graph, layer, input, shapes);
    case 'LRN':
      return lrn(graph, layer, input);
    case 'InnerProduct':
      return product(graph, layer, input, blobs);
    case 'Softmax':
      return softmax(graph, layer, input, shapes.input);
    // At run time these pass their input on.
    case 'Dropout':
    case 'Split':
      return input;
    case 'Eltwise':
      return eltwise(graph, layer, inputs);
    case 'Normalize':
      return normalize(graph, layer, input, blobs);
    case 'Permute':
      return graph.node('Transpose', name, [input], {
        perm: numbersOf(childOf(layer.message, 'permute_param'), 'order'),
      });
    case 'Flatten':
      return graph.node('Flatten', name, [input], {
        axis: numberOf(childOf(layer.message, 'flatten_param'), 'axis', 1),
      });
    case 'Concat':
      return graph.node('Concat', name, inputs, {
        axis: numberOf(childOf(layer.message, 'concat_param'), 'axis', 1),
      });
    case 'Reshape': {
      const shape = numbersOf(childOf(childOf(layer.message, 'reshape_param'), 'shape'), 'dim');
      return graph.node('Reshape', name, [input, graph.constant(`${name}/shape`, int64(...shape))]);
    }
    default:
      throw unsupported(layer, `of type ${layer.type}`);
  }
}

function relu(graph: GraphBuilder, layer: CaffeLayer, input: string): string {
  const slope = numberOf(childOf(layer.message, 'relu_param'), 'negative_slope', 0);
  return slope === 0
    ? graph.node('Relu', layer.name, [input])
    : graph.node('LeakyRelu', layer.name, [input], { alpha: { float: slope } });
}

/** Caffe rounds sizes up: the windows that this adds reach over the far edges, which is said as padding there. */
function pool(graph: GraphBuilder, layer: CaffeLayer, input: string, shapes: Shapes): string {
  const { method, global, kernel, stride, pad } = pooling(layer);
  if (global)
    return graph.node(method === 'MAX' ? 'GlobalMaxPool' : 'GlobalAveragePool', layer.name, [input]);
  const end = ([0, 1] as const).map((axis) => {
    const reach = (at(shapes.output, axis + 1) - 1) * stride[axis] + kernel[axis];
    return Math.max(0, reach - at(shapes.input, axis + 1) - pad[axis]);
  });
  const attributes = { kernel_shape: kernel, strides: stride, pads: [...pad, ...end] };
  if (method === 'MAX') return graph.node('MaxPool', layer.name, [input], attributes);
  if (end.some((pixels, axis) => pixels > at(pad, axis))) {
    throw unsupported(layer, 'with average windows that reach over the edge');
  }
  return graph.node('AveragePool', layer.name, [input], { ...attributes, count_include_pad: 1 });
}

function lrn(graph: GraphBuilder, layer: CaffeLayer, input: string): string {
  const param = childOf(layer.message, 'lrn_param');
  if (textOf(param, 'norm_region') === 'WITHIN_CHANNEL') throw unsupported(layer, 'within channels');
  return graph.node('LRN', layer.name, [input], {
    size: numberOf(param, 'local_size', 5),
    alpha: { float: numberOf(param, 'alpha', 1) },
    beta: { float: numberOf(param, 'beta', 0.75) },
    bias: { float: numberOf(param, 'k', 1) },
  });
}

function product(
  graph: GraphBuilder,
  layer: CaffeLayer,
  input: string,
  blobs: readonly FloatTensor[],
): string {
  const { outputs, bias } = innerProduct(layer);
  const [matrix, offsets] = blobs;
  if (!matrix || (bias && !offsets)) throw lacksWeights(layer);
  if (matrix.data.length % outputs !== 0) throw unsupported(layer, 'without weights that fit it');
  const data = bias && offsets ? offsets.data : new Float32Array(outputs);
  const shape = [outputs, matrix.data.length / outputs];
  return graph.node(
    'Gemm',
    layer.name,
    [
      graph.node('Flatten', `${layer.name}/flat`, [input], { axis: 1 }),
      graph.constant(`${layer.name}/matrix`, { shape, data: matrix.data }),
      graph.constant(`${layer.name}/bias`, { shape: [outputs], data }),
    ],
    { transB: 1 },
  );
}

/** In this opset Softmax works on all axes from the given one on, Caffe's on that one alone: the same for the last. */
function softmax(graph: GraphBuilder, layer: CaffeLayer, input: string, [, height, width]: MapShape): string {
  const axis = numberOf(childOf(layer.message, 'softmax_param'), 'axis', 1);
  if (axis === 1 && height * width > 1) throw unsupported(layer, 'over a map');
  return graph.node('Softmax', layer.name, [input], { axis });
}

function eltwise(graph: GraphBuilder, layer: CaffeLayer, inputs: readonly string[]): string {
  const param = childOf(layer.message, 'eltwise_param');
  const operation = textOf(param, 'operation') ?? 'SUM';
  const opType = { SUM: 'Sum', PROD: 'Mul', MAX: 'Max' }[operation];
  if (opType === undefined || numbersOf(param, 'coeff').some((factor) => factor !== 1)) {
    throw unsupported(layer, `with ${operation} of weighted inputs`);
  }
  return graph.node(inputs.length === 2 && opType === 'Sum' ? 'Add' : opType, layer.name, inputs);
}

/** Each pixel's channels divided by their Euclidean length, then scaled channel by channel. */
function normalize(
  graph: GraphBuilder,
  layer: CaffeLayer,
  input: string,
  [scale]: readonly FloatTensor[],
): string {
  const { name } = layer;
  const param = childOf(layer.message, 'norm_param');
  if (booleanOf(param, 'across_spatial', true) || !scale)
    throw unsupported(layer, 'across pixels or without scales');
  // 1e-10: the default of NormalizeBBoxParameter.eps.
  const epsilon = Float32Array.of(numberOf(param, 'eps', 1e-10));
  const squares = graph.node('ReduceSumSquare', `${name}/squares`, [input], { axes: [1], keepdims: 1 });
  const safe = graph.node('Add', `${name}/safe`, [
    squares,
    graph.constant(`${name}/eps`, { shape: [1], data: epsilon }),
  ]);
  const unit = graph.node('Div', `${name}/unit`, [input, graph.node('Sqrt', `${name}/length`, [safe])]);
  const factors = graph.constant(`${name}/scale`, { shape: [1, scale.data.length, 1, 1], data: scale.data });
  return graph.node('Mul', name, [unit, factors]);
}

function unsupported(layer: CaffeLayer, what: string): Error {
  return new Error(`Layer ${layer.name} ${what} cannot be converted`);
}
