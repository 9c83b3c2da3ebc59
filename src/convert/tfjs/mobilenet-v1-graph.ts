import { GraphBuilder } from '../onnx/graph.js';
import { ConvNetWriter } from './conv-net.js';
import type { TfjsWeights } from './decode-weights.js';

/** Depthwise layers that halve the picture. */
const halving = new Set([2, 4, 6, 12]);

/**
 * The `faceres` and `faceres-deep` nets of the human library (HSE_FaceRec_tf: MobileNetV1 with an age and a gender head) as
 * ONNX: input `face` Nx3x224x224 BGR less the mean; outputs `male` Nx1 (probability) and `age` Nx100 (probabilities of
 * the years 0 to 99).
 */
export function mobilenetV1Graph(weights: TfjsWeights): Uint8Array {
  const graph = new GraphBuilder('age-gender-mobilenetv1');
  const net = new ConvNetWriter(graph, weights);
  const face = graph.input('face', ['N', 3, 224, 224]);
  const pooled = net.globalAverage(trunk(net, face), 'pooled');
  const features = net.activate(head(net, 'feats', pooled), 'relu');
  graph.node('Sigmoid', 'male', [head(net, 'gender_pred', features)]);
  graph.node('Softmax', 'age', [head(net, 'age_pred', features)], { axis: 1 });
  graph.output('male', ['N', 1]);
  graph.output('age', ['N', 100]);
  return graph.build();
}

/** A convolution and 13 pairs of a depthwise and a pointwise one, relu6 after each: 1024 maps of 7x7. */
function trunk(net: ConvNetWriter, face: string): string {
  let value = pointwise(net, 'conv1', face, 2);
  for (let layer = 1; layer <= 13; layer++) {
    value = depthwise(net, `conv_dw_${layer}`, value, halving.has(layer) ? 2 : 1);
    value = pointwise(net, `conv_pw_${layer}`, value, 1);
  }
  return value;
}

/** The exporter has merged the factor of the batch norm into these filters: what is left of it is the offset. */
function pointwise(net: ConvNetWriter, name: string, input: string, stride: number): string {
  const filter = net.weight(`${name}/convolution/merged_input`);
  const bias = net.weight(`${name}_bn/batchnorm_1/sub`);
  return net.conv(name, input, { filter, bias }, { stride, activation: 'relu6' });
}

/** Depthwise filters still have their batch norm beside them, as a factor and an offset a channel. */
function depthwise(net: ConvNetWriter, name: string, input: string, stride: number): string {
  const filter = net.weight(`${name}/depthwise_kernel`);
  const norm = {
    factor: net.weight(`${name}_bn/batchnorm_1/mul`).data,
    offset: net.weight(`${name}_bn/batchnorm_1/sub`).data,
  };
  return net.depthwise(name, input, { filter, norm }, { stride, activation: 'relu6' });
}

function head(net: ConvNetWriter, name: string, input: string): string {
  return net.dense(name, input, net.weight(`${name}/kernel`), net.weight(`${name}/bias`));
}
