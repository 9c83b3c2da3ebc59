import { childOf, messagesOf, numbersOf, parsePrototxt, textOf, textsOf } from './prototxt.js';
import type { Message } from './prototxt.js';

/** One layer of a net's definition. */
export interface CaffeLayer {
  readonly name: string;
  readonly type: string;
  readonly bottoms: readonly string[];
  readonly tops: readonly string[];
  /** Everything else, such as `convolution_param`. */
  readonly message: Message;
}

/** A feed-forward net as its `.prototxt` defines it. */
export interface CaffeNet {
  readonly name: string;
  readonly input: string;
  /** Channels, height, width. */
  readonly inputShape: readonly [number, number, number];
  readonly layers: readonly CaffeLayer[];
}

/** Names that layer types had before 2015; `layers` instead of `layer` tells the older form. */
const OLD_TYPES: Readonly<Record<string, string>> = {
  CONVOLUTION: 'Convolution',
  CONCAT: 'Concat',
  DROPOUT: 'Dropout',
  ELTWISE: 'Eltwise',
  FLATTEN: 'Flatten',
  INNER_PRODUCT: 'InnerProduct',
  LRN: 'LRN',
  POOLING: 'Pooling',
  RELU: 'ReLU',
  SOFTMAX: 'Softmax',
};

/** @throws {SyntaxError} when the text is not a definition of a net with one input. */
export function parseCaffeNet(definition: string): CaffeNet {
  const net = parsePrototxt(definition);
  const all = [...messagesOf(net, 'layer'), ...messagesOf(net, 'layers')].map(toLayer);
  const declared = all.find(({ type }) => type === 'Input');
  const layers = all.filter((layer) => layer !== declared);
  const input = textOf(net, 'input') ?? declared?.tops[0];
  const shape = [
    numbersOf(childOf(net, 'input_shape'), 'dim'),
    numbersOf(net, 'input_dim'),
    declared ? numbersOf(childOf(childOf(declared.message, 'input_param'), 'shape'), 'dim') : [],
  ].find((dimensions) => dimensions.length === 4);
  const [, channels, height, width] = shape ?? [];
  if (input === undefined || !channels || !height || !width || layers.length === 0) {
    throw new SyntaxError('The definition has no input of four dimensions, or no layers');
  }
  return { name: textOf(net, 'name') ?? 'net', input, inputShape: [channels, height, width], layers };
}

function toLayer(message: Message): CaffeLayer {
  const type = textOf(message, 'type') ?? '';
  return {
    name: textOf(message, 'name') ?? '',
    type: OLD_TYPES[type] ?? type,
    bottoms: textsOf(message, 'bottom'),
    tops: textsOf(message, 'top'),
    message,
  };
}
