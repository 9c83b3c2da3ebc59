import { GraphBuilder } from '../onnx/graph.js';
import { ConvNetWriter } from './conv-net.js';
import { biasedConv, dense, separable } from './face-api-layers.js';
import type { TfjsWeights } from './decode-weights.js';

/**
 * face-api's FaceLandmark68TinyNet as ONNX: input `face` Nx3x112x112 RGB, less the mean and over 255; output `landmarks`
 * Nx136, x and y of the 68 points of iBUG 300-W in turn, as shares of the square input (0..1, and beyond where a point
 * lies outside).
 */
export function landmark68TinyGraph(weights: TfjsWeights): Uint8Array {
  const graph = new GraphBuilder('landmark-68-tiny');
  const net = new ConvNetWriter(graph, weights);
  const face = graph.input('face', ['N', 3, 112, 112]);
  // The first convolution of all is the only one that is not separable.
  let value = denseBlock(net, 'dense0', biasedConv(net, 'dense0/conv0', face, 2, 'relu'));
  for (const name of ['dense1', 'dense2']) {
    const halved = net.activate(separable(net, `${name}/conv0`, value, 2), 'relu');
    value = denseBlock(net, name, halved);
  }
  // face-api averages over windows of 14x14: the whole of the last map.
  dense(net, 'fc', net.globalAverage(value, 'features'), 'landmarks');
  graph.output('landmarks', ['N', 136]);
  return graph.build();
}

/** Two separable convolutions, each of which sees the sum of all that came before it in the block. */
function denseBlock(net: ConvNetWriter, name: string, first: string): string {
  const second = separable(net, `${name}/conv1`, first);
  const sum = net.graph.node('Add', `${name}/sum1`, [first, second]);
  const third = separable(net, `${name}/conv2`, net.activate(sum, 'relu'));
  return net.activate(net.graph.node('Add', `${name}/sum2`, [sum, third]), 'relu');
}
