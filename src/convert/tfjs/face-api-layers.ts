import type { ConvNetWriter, ConvOptions } from './conv-net.js';

/** Layers of face-api's own small nets, by the names that its model files give their weights. */

/** A depthwise 3x3 and a pointwise 1x1 convolution with bias; `stride` is the depthwise one's. */
export function separable(net: ConvNetWriter, name: string, input: string, stride = 1): string {
  const filter = net.weight(`${name}/depthwise_filter`);
  const depthwise = net.depthwise(`${name}/depthwise`, input, { filter }, { stride });
  const pointwise = { filter: net.weight(`${name}/pointwise_filter`), bias: net.weight(`${name}/bias`) };
  return net.conv(name, depthwise, pointwise);
}

export function biasedConv(
  net: ConvNetWriter,
  name: string,
  input: string,
  stride: number,
  activation: ConvOptions['activation'] = 'none',
): string {
  const layer = { filter: net.weight(`${name}/filters`), bias: net.weight(`${name}/bias`) };
  return net.conv(name, input, layer, { stride, activation });
}

/** A fully connected layer whose result is called `output`. */
export function dense(net: ConvNetWriter, name: string, input: string, output: string): string {
  return net.dense(name, input, net.weight(`${name}/weights`), net.weight(`${name}/bias`), output);
}
