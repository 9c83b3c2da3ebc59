import { type Affine, type ConvWeights, foldAffine } from '../affine.js';
import type { GraphBuilder } from '../onnx/graph.js';
import { at, type FloatTensor, sizeOf, toOutputMajor } from '../tensor.js';
import type { TfjsWeights } from './decode-weights.js';

/** What may follow a convolution. */
export type Activation = 'none' | 'relu' | 'relu6';

/** A convolution's weights as TensorFlow keeps them. */
export interface ConvLayer {
  readonly filter: FloatTensor;
  readonly bias?: FloatTensor;
  /** A normalisation of the result, to be folded in. */
  readonly norm?: Affine;
}

export interface ConvOptions {
  /** Default 1. */
  readonly stride?: number;
  readonly activation?: Activation;
  /** Default `same`: as many results as `ceil(size / stride)`. */
  readonly padding?: 'same' | 'valid';
  /** Computes these output channels alone, without the last one, and adds the first to the layer's name. */
  readonly channels?: readonly [from: number, to: number];
}

/** Writes TensorFlow's layers into an ONNX graph: 'same' padding, NHWC filters turned to NCHW. */
export class ConvNetWriter {
  constructor(
    readonly graph: GraphBuilder,
    private readonly weights: TfjsWeights,
  ) {}

  /** @throws {Error} when the model has no such weight. */
  weight(name: string): FloatTensor {
    const weight = this.weights.get(name);
    if (weight === undefined) throw new Error(`The model has no weight ${name}`);
    return weight;
  }

  /** A convolution over all channels; the filter is height x width x in x out. */
  conv(name: string, input: string, layer: ConvLayer, options: ConvOptions = {}): string {
    return this.#write(name, input, layer, 'shared', options);
  }

  /** One filter per channel: height x width x channels x 1. */
  depthwise(name: string, input: string, layer: ConvLayer, options: ConvOptions = {}): string {
    const { shape, data } = layer.filter;
    const channels = at(shape, 2);
    const filter = { shape: [at(shape, 0), at(shape, 1), 1, channels], data };
    return this.#write(name, input, { ...layer, filter }, 'depthwise', options);
  }

  activate(input: string, activation: Activation): string {
    if (activation === 'none') return input;
    if (activation === 'relu') return this.graph.node('Relu', `${input}/relu`, [input]);
    return this.graph.node('Clip', `${input}/relu6`, [input], { min: { float: 0 }, max: { float: 6 } });
  }

  /** The mean of each channel: N x channels x height x width → N x channels, called `output`. */
  globalAverage(input: string, output: string): string {
    return this.graph.node('Flatten', output, [this.graph.node('GlobalAveragePool', 'pool', [input])], {
      axis: 1,
    });
  }

  /** A fully connected layer, N x in → N x out, whose result is called `output`; `weights` is in x out. */
  dense(name: string, input: string, weights: FloatTensor, bias: FloatTensor, output = name): string {
    const inputs = [
      input,
      this.graph.constant(`${name}/weights`, transpose(weights)),
      this.graph.constant(`${name}/bias`, bias),
    ];
    return this.graph.node('Gemm', output, inputs, { transB: 1 });
  }

  #write(
    layerName: string,
    input: string,
    layer: ConvLayer,
    filters: 'shared' | 'depthwise',
    { stride = 1, activation = 'none', padding = 'same', channels }: ConvOptions,
  ): string {
    const name = channels ? `${layerName}/${channels[0]}` : layerName;
    const { filter, bias } = outputsOf(toOnnxOrder(layer), channels);
    const inputs = [input, this.graph.constant(`${name}/weights`, filter)];
    if (bias) inputs.push(this.graph.constant(`${name}/bias`, { shape: [bias.length], data: bias }));
    const result = this.graph.node('Conv', name, inputs, {
      auto_pad: padding === 'same' ? 'SAME_UPPER' : 'VALID',
      kernel_shape: filter.shape.slice(2),
      strides: [stride, stride],
      group: filters === 'depthwise' ? at(filter.shape, 0) : 1,
    });
    return this.activate(result, activation);
  }
}

function toOnnxOrder({ filter, bias, norm }: ConvLayer): ConvWeights {
  const turned = { filter: toOutputMajor(filter), bias: bias?.data };
  return norm ? foldAffine(turned, norm) : turned;
}

/** A convolution of some of the output channels; of all when it is not said which. */
function outputsOf(weights: ConvWeights, channels: ConvOptions['channels']): ConvWeights {
  if (channels === undefined) return weights;
  const [from, to] = channels;
  const [outputs = 0, ...one] = weights.filter.shape;
  if (from < 0 || from >= to || to > outputs) {
    throw new RangeError(`A convolution of ${outputs} channels has none from ${from} to ${to}`);
  }
  const size = sizeOf(one);
  const data = weights.filter.data.subarray(from * size, to * size);
  return { filter: { shape: [to - from, ...one], data }, bias: weights.bias?.subarray(from, to) };
}

/** in x out → out x in: the only layout of `Gemm` that OpenCV 4.6 reads. */
function transpose({ shape, data }: FloatTensor): FloatTensor {
  const [inputs, outputs] = [at(shape, 0), at(shape, 1)];
  return {
    shape: [outputs, inputs],
    data: data.map((_, index) => at(data, (index % inputs) * outputs + Math.floor(index / inputs))),
  };
}
