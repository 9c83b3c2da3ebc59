import { GraphBuilder } from '../onnx/graph.js';
import { ConvNetWriter } from './conv-net.js';
import { biasedConv, dense, separable } from './face-api-layers.js';
import type { TfjsWeights } from './decode-weights.js';

/**
 * face-api's AgeGenderNet as ONNX: input `face` Nx3x112x112 RGB, less the mean and over 255; outputs `age` Nx1 in years
 * and `gender` Nx2 (probabilities of male and female).
 */
export function tinyXceptionGraph(weights: TfjsWeights): Uint8Array {
  const graph = new GraphBuilder('age-gender-tiny-xception');
  const net = new ConvNetWriter(graph, weights);
  const face = graph.input('face', ['N', 3, 112, 112]);
  const features = trunk(net, face);
  dense(net, 'fc/age', features, 'age');
  graph.node('Softmax', 'gender', [dense(net, 'fc/gender', features, 'gender/logits')], { axis: 1 });
  graph.output('age', ['N', 1]);
  graph.output('gender', ['N', 2]);
  return graph.build();
}

function trunk(net: ConvNetWriter, face: string): string {
  const conv = biasedConv(net, 'entry_flow/conv_in', face, 2);
  let value = reduction(net, 'entry_flow/reduction_block_0', net.activate(conv, 'relu'), false);
  value = reduction(net, 'entry_flow/reduction_block_1', value, true);
  value = main(net, 'middle_flow/main_block_0', value);
  value = main(net, 'middle_flow/main_block_1', value);
  value = reduction(net, 'exit_flow/reduction_block', value, true);
  value = net.activate(separable(net, 'exit_flow/separable_conv', value), 'relu');
  return net.globalAverage(value, 'features');
}

/** Two separable convolutions, pooled to half the size, plus a 1x1 convolution of the block's input. */
function reduction(net: ConvNetWriter, name: string, input: string, leadingRelu: boolean): string {
  const start = leadingRelu ? net.activate(input, 'relu') : input;
  const first = separable(net, `${name}/separable_conv0`, start);
  const second = separable(net, `${name}/separable_conv1`, net.activate(first, 'relu'));
  const pooled = net.graph.node('MaxPool', `${name}/pool`, [second], {
    auto_pad: 'SAME_UPPER',
    kernel_shape: [3, 3],
    strides: [2, 2],
  });
  const shortcut = biasedConv(net, `${name}/expansion_conv`, input, 2);
  return net.graph.node('Add', name, [pooled, shortcut]);
}

/** Three times relu and separable convolution, plus the block's input. */
function main(net: ConvNetWriter, name: string, input: string): string {
  let value = input;
  for (const index of [0, 1, 2]) {
    value = separable(net, `${name}/separable_conv${index}`, net.activate(value, 'relu'));
  }
  return net.graph.node('Add', name, [value, input]);
}
