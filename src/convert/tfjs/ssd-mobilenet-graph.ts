import { GraphBuilder, int64 } from '../onnx/graph.js';
import { batchNormAffine } from '../affine.js';
import { at, type FloatTensor } from '../tensor.js';
import { ConvNetWriter } from './conv-net.js';
import type { ConvOptions } from './conv-net.js';
import type { TfjsWeights } from './decode-weights.js';

/** `BatchNorm` epsilon of face-api's MobileNetV1: float32 of 0.001. */
const epsilon = 0.0010000000474974513;

/** Depthwise layers that halve the picture. */
const halving = new Set([2, 4, 6, 12]);

/** Per anchor the class head gives background, face and one unused class. */
const classes = 3;
const faceClass = 1;

/**
 * face-api's SSD-MobileNetV1 as ONNX: input `image` Nx3xHxW RGB in -1..1, sides multiples of 64 up to 512;
 * outputs `boxes` Nx(anchors)x4 (y, x, height, width, encoded against the anchors of `anchors.ts`) and `scores`
 * Nx(anchors) (probability of a face). 512x512 has 5118 anchors.
 */
export function ssdMobilenetGraph(weights: TfjsWeights): Uint8Array {
  const graph = new GraphBuilder('ssd-mobilenetv1-face');
  const net = new ConvNetWriter(graph, weights);
  const image = graph.input('image', ['N', 3, 'H', 'W']);
  const maps = featureMaps(net, image);
  const boxes = maps.map((map, index) => boxHead(net, map, index));
  const scores = maps.map((map, index) => classHead(net, map, index));
  graph.node('Concat', 'boxes', boxes, { axis: 1 });
  graph.node('Sigmoid', 'scores', [graph.node('Concat', 'logits', scores, { axis: 1 })]);
  graph.output('boxes', ['N', 'anchors', 4]);
  graph.output('scores', ['N', 'anchors']);
  return graph.build();
}

/** Six maps of 32, 16, 8, 4, 2 and 1 cells a side. */
function featureMaps(net: ConvNetWriter, image: string): readonly string[] {
  const maps: string[] = [];
  let value = biasedConv(net, 'MobilenetV1/Conv2d_0_pointwise', image, { stride: 2 });
  for (let layer = 1; layer <= 13; layer++) {
    const name = `MobilenetV1/Conv2d_${layer}`;
    if (layer === 2) value = widestPair(net, value);
    else value = depthwise(net, `${name}_depthwise`, value, { stride: halving.has(layer) ? 2 : 1 });
    if (layer > 1) value = biasedConv(net, `${name}_pointwise`, value, { stride: 1 });
    if (layer === 11 || layer === 13) maps.push(value);
  }
  for (let layer = 0; layer < 8; layer += 2) {
    value = biasedConv(net, `Prediction/Conv2d_${layer}_pointwise`, value, { stride: 1 });
    value = alignedHalving(net, `Prediction/Conv2d_${layer + 1}_pointwise`, value);
    maps.push(value);
  }
  return maps;
}

/** Half the channels of the widest value. */
const HALF = 32;

/**
 * Two layers, half of the channels at a time: the value between them is the largest of the net, and OpenCV keeps room for
 * all of it: 34 MB for the values of an input of 512x512, 21 in halves. Each channel is computed from the same numbers in
 * the same order, in the same time. In quarters, or with other layers in parts as well, OpenCV kept more.
 */
function widestPair(net: ConvNetWriter, input: string): string {
  const [widens, narrows] = ['MobilenetV1/Conv2d_1_pointwise', 'MobilenetV1/Conv2d_2_depthwise'];
  const halves = [0, HALF].map((from) => {
    const channels = [from, from + HALF] as const;
    const value = biasedConv(net, widens, input, { stride: 1, channels });
    return depthwise(net, narrows, value, { stride: 2, channels });
  });
  return net.graph.node('Concat', narrows, halves, { axis: 1 });
}

/**
 * 'Same' padding of an odd number of rows would start half a cell earlier than that of an even number. Two rows of
 * zeros at the end keep every cell where it is in the square input, whatever part of that is computed.
 */
function alignedHalving(net: ConvNetWriter, name: string, input: string): string {
  const attributes = { mode: 'constant', pads: [0, 0, 0, 0, 0, 0, 2, 2], value: { float: 0 } };
  const padded = net.graph.node('Pad', `${name}/padded`, [input], attributes);
  return biasedConv(net, name, padded, { stride: 2, padding: 'valid' });
}

/** The package has these batch norms folded already: what is left of them is the offset. */
function biasedConv(net: ConvNetWriter, name: string, input: string, options: ConvOptions): string {
  const layer = {
    filter: net.weight(`${name}/weights`),
    bias: net.weight(`${name}/convolution_bn_offset`),
  };
  return net.conv(name, input, layer, { ...options, activation: 'relu6' });
}

function depthwise(net: ConvNetWriter, name: string, input: string, options: ConvOptions): string {
  const norm = batchNormAffine({
    gamma: net.weight(`${name}/BatchNorm/gamma`).data,
    beta: net.weight(`${name}/BatchNorm/beta`).data,
    mean: net.weight(`${name}/BatchNorm/moving_mean`).data,
    variance: net.weight(`${name}/BatchNorm/moving_variance`).data,
    epsilon,
  });
  const filter = net.weight(`${name}/depthwise_weights`);
  return net.depthwise(name, input, { filter, norm }, { ...options, activation: 'relu6' });
}

function boxHead(net: ConvNetWriter, map: string, index: number): string {
  const name = `Prediction/BoxPredictor_${index}/BoxEncodingPredictor`;
  const layer = { filter: net.weight(`${name}/weights`), bias: net.weight(`${name}/biases`) };
  return rows(net.graph, net.conv(name, map, layer), [0, -1, 4]);
}

function classHead(net: ConvNetWriter, map: string, index: number): string {
  const name = `Prediction/BoxPredictor_${index}/ClassPredictor`;
  const layer = {
    filter: faceOnly(net.weight(`${name}/weights`)),
    bias: faceOnly(net.weight(`${name}/biases`)),
  };
  return rows(net.graph, net.conv(name, map, layer), [0, -1]);
}

/** Channels last, then one row per anchor: cell by cell, as the anchors are ordered. */
function rows(graph: GraphBuilder, value: string, shape: readonly number[]): string {
  const turned = graph.node('Transpose', `${value}/nhwc`, [value], { perm: [0, 2, 3, 1] });
  return graph.node('Reshape', `${value}/rows`, [turned, graph.constant(`${value}/shape`, int64(...shape))]);
}

/** Drops the output channels of the other classes. */
function faceOnly({ shape, data }: FloatTensor): FloatTensor {
  const outputs = at(shape, shape.length - 1) / classes;
  return {
    shape: [...shape.slice(0, -1), outputs],
    data: data.filter((_, index) => index % classes === faceClass),
  };
}
