import type { GraphBuilder, Tensor } from '../onnx/graph.js';
import type { Weight, Weights } from './tfjs-weights.js';

/** What may follow a convolution. */
export type Activation = 'none' | 'relu' | 'relu6';

export interface ConvOptions {
  /** Default 1. */
  readonly stride?: number;
  readonly activation?: Activation;
  /** Default `same`: as many results as `ceil(size / stride)`. */
  readonly padding?: 'same' | 'valid';
}

/** Writes TensorFlow's layers into an ONNX graph: 'same' padding, NHWC filters turned to NCHW. */
export class ConvNetWriter {
  constructor(
    readonly graph: GraphBuilder,
    private readonly weights: Weights,
  ) {}

  /** @throws {Error} when the model has no such weight. */
  weight(name: string): Weight {
    const weight = this.weights.get(name);
    if (weight === undefined) throw new Error(`The model has no weight ${name}`);
    return weight;
  }

  /** A convolution over all channels; `filter` is height x width x in x out. */
  conv(
    name: string,
    input: string,
    filter: Weight,
    bias: Weight | undefined,
    options: ConvOptions = {},
  ): string {
    return this.#write(name, input, toOutputMajor(filter), bias, 1, options);
  }

  /** One filter per channel; `filter` is height x width x channels x 1. */
  depthwise(
    name: string,
    input: string,
    filter: Weight,
    bias: Weight | undefined,
    options: ConvOptions = {},
  ): string {
    const [height = 0, width = 0, channels = 0] = filter.shape;
    const turned = toOutputMajor({ shape: [height, width, 1, channels], data: filter.data });
    return this.#write(name, input, turned, bias, channels, options);
  }

  #write(
    name: string,
    input: string,
    filter: Tensor,
    bias: Weight | undefined,
    group: number,
    { stride = 1, activation = 'none', padding = 'same' }: ConvOptions,
  ): string {
    const inputs = [input, this.graph.constant(`${name}/weights`, filter)];
    if (bias !== undefined) inputs.push(this.graph.constant(`${name}/bias`, bias));
    const result = this.graph.node('Conv', name, inputs, {
      auto_pad: padding === 'same' ? 'SAME_UPPER' : 'VALID',
      kernel_shape: filter.shape.slice(2),
      strides: [stride, stride],
      group,
    });
    return this.activate(result, activation);
  }

  activate(input: string, activation: Activation): string {
    if (activation === 'none') return input;
    if (activation === 'relu') return this.graph.node('Relu', `${input}/relu`, [input]);
    return this.graph.node('Clip', `${input}/relu6`, [input], { min: { float: 0 }, max: { float: 6 } });
  }
}

/** height x width x in x out → out x in x height x width */
function toOutputMajor({ shape, data }: Weight): Tensor {
  const [height = 0, width = 0, inputs = 0, outputs = 0] = shape;
  const turned = new Float32Array(data.length);
  for (let position = 0; position < height * width; position++) {
    for (let input = 0; input < inputs; input++) {
      for (let output = 0; output < outputs; output++) {
        turned[(output * inputs + input) * height * width + position] =
          data[(position * inputs + input) * outputs + output] ?? 0;
      }
    }
  }
  return { shape: [outputs, inputs, height, width], data: turned };
}

/** Batch norm of a net in use: `gamma * (x - mean) / sqrt(variance + epsilon) + beta`, one value per channel. */
export interface BatchNorm {
  readonly gamma: Weight;
  readonly beta: Weight;
  readonly mean: Weight;
  readonly variance: Weight;
  readonly epsilon: number;
}

/** A depthwise filter and bias that do the work of the filter and the batch norm after it. */
export function foldBatchNorm(
  filter: Weight,
  norm: BatchNorm,
): { readonly filter: Weight; readonly bias: Weight } {
  const gain = norm.gamma.data.map(
    (gamma, channel) => gamma / Math.sqrt(at(norm.variance, channel) + norm.epsilon),
  );
  const channels = gain.length;
  return {
    filter: {
      shape: filter.shape,
      data: filter.data.map((value, index) => value * (gain[index % channels] ?? 0)),
    },
    bias: {
      shape: [channels],
      data: gain.map((value, channel) => at(norm.beta, channel) - at(norm.mean, channel) * value),
    },
  };
}

function at(weight: Weight, index: number): number {
  return weight.data[index] ?? 0;
}
