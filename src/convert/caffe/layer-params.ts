import type { CaffeLayer } from './caffe-net.js';
import { booleanOf, childOf, numberOf, numbersOf, textOf } from './prototxt.js';
import type { Message } from './prototxt.js';

/** A sliding window, in height and width. Defaults are those of Caffe's caffe.proto. */
export interface Window {
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly pad: readonly [number, number];
  readonly dilation: readonly [number, number];
}

export interface Convolution extends Window {
  readonly outputs: number;
  readonly group: number;
  readonly bias: boolean;
}

export function convolution(layer: CaffeLayer): Convolution {
  const param = childOf(layer.message, 'convolution_param');
  return {
    ...window(param),
    outputs: numberOf(param, 'num_output', 0),
    group: numberOf(param, 'group', 1),
    bias: booleanOf(param, 'bias_term', true),
  };
}

export interface Pooling extends Window {
  readonly method: 'MAX' | 'AVE';
  /** One window over the whole map. */
  readonly global: boolean;
}

export function pooling(layer: CaffeLayer): Pooling {
  const param = childOf(layer.message, 'pooling_param');
  const method = textOf(param, 'pool') === 'AVE' ? 'AVE' : 'MAX';
  return { ...window(param), method, global: booleanOf(param, 'global_pooling', false) };
}

function window(param: Message): Window {
  return {
    kernel: pair(param, 'kernel_size', 'kernel_h', 'kernel_w', 1),
    stride: pair(param, 'stride', 'stride_h', 'stride_w', 1),
    pad: pair(param, 'pad', 'pad_h', 'pad_w', 0),
    dilation: pair(param, 'dilation', '', '', 1),
  };
}

/** A size given once for both directions, once for each, or by two separate fields. */
function pair(param: Message, both: string, high: string, wide: string, fallback: number): [number, number] {
  const [first, second = first] = numbersOf(param, both);
  return [first ?? numberOf(param, high, fallback), second ?? numberOf(param, wide, fallback)];
}

export interface InnerProduct {
  readonly outputs: number;
  readonly bias: boolean;
}

export function innerProduct(layer: CaffeLayer): InnerProduct {
  const param = childOf(layer.message, 'inner_product_param');
  return { outputs: numberOf(param, 'num_output', 0), bias: booleanOf(param, 'bias_term', true) };
}

export interface PriorBox {
  readonly minSizes: readonly number[];
  readonly maxSizes: readonly number[];
  readonly aspectRatios: readonly number[];
  readonly flip: boolean;
  readonly clip: boolean;
  readonly variances: readonly number[];
  /** Pixels between cells; 0 when it follows from the sizes of map and picture. */
  readonly step: number;
  readonly offset: number;
}

export function priorBox(layer: CaffeLayer): PriorBox {
  const param = childOf(layer.message, 'prior_box_param');
  return {
    minSizes: numbersOf(param, 'min_size'),
    maxSizes: numbersOf(param, 'max_size'),
    aspectRatios: numbersOf(param, 'aspect_ratio'),
    flip: booleanOf(param, 'flip', true),
    clip: booleanOf(param, 'clip', false),
    variances: numbersOf(param, 'variance'),
    step: numberOf(param, 'step', 0),
    offset: numberOf(param, 'offset', 0.5),
  };
}
