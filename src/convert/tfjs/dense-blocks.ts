import type { ConvNetWriter } from './conv-net.js';
import { biasedConv, separable } from './face-api-layers.js';

/** How large one of face-api's nets of dense blocks is. */
interface DenseBlocks {
  /** Each halves width and height. */
  readonly blocks: number;
  /** In a block. */
  readonly convolutions: number;
}

/**
 * The blocks `dense0`, `dense1` … of face-api's small nets, and the mean of each channel of what the last one gives. The
 * first convolution of all is the only one that is not separable.
 *
 * @returns `features`, N x channels.
 */
export function denseBlocks(net: ConvNetWriter, face: string, { blocks, convolutions }: DenseBlocks): string {
  let value = denseBlock(net, 'dense0', biasedConv(net, 'dense0/conv0', face, 2, 'relu'), convolutions);
  for (let block = 1; block < blocks; block += 1) {
    const name = `dense${block}`;
    const halved = net.activate(separable(net, `${name}/conv0`, value, 2), 'relu');
    value = denseBlock(net, name, halved, convolutions);
  }
  // face-api averages over windows as large as the last map.
  return net.globalAverage(value, 'features');
}

/** Separable convolutions, each of which sees the sum of all that came before it in the block. */
function denseBlock(net: ConvNetWriter, name: string, first: string, convolutions: number): string {
  let sum = first;
  for (let index = 1; index < convolutions; index += 1) {
    const seen = index === 1 ? first : net.activate(sum, 'relu');
    const next = separable(net, `${name}/conv${index}`, seen);
    sum = net.graph.node('Add', `${name}/sum${index}`, [sum, next]);
  }
  return net.activate(sum, 'relu');
}
