import { at, type FloatTensor } from './tensor.js';

/** y = x * factor + offset, channel by channel. */
export interface Affine {
  readonly factor: Float32Array;
  readonly offset: Float32Array;
}

/** Batch norm of a net in use: `gamma * (x - mean) / sqrt(variance + epsilon) + beta`, one value per channel. */
export interface BatchNorm {
  readonly mean: ArrayLike<number>;
  readonly variance: ArrayLike<number>;
  readonly epsilon: number;
  /** Default: ones. */
  readonly gamma?: ArrayLike<number>;
  /** Default: zeros. */
  readonly beta?: ArrayLike<number>;
}

/** A convolution's weights; the filter is out x in x height x width. */
export interface ConvWeights {
  readonly filter: FloatTensor;
  readonly bias?: Float32Array | undefined;
}

/** @throws {RangeError} when the arrays differ in length. */
export function batchNormAffine({ mean, variance, epsilon, gamma, beta }: BatchNorm): Affine {
  const factor = Float32Array.from(
    variance,
    (value, i) => (gamma ? at(gamma, i) : 1) / Math.sqrt(value + epsilon),
  );
  const offset = factor.map((value, i) => (beta ? at(beta, i) : 0) - at(mean, i) * value);
  return { factor, offset };
}

/** The one map that does what `first` and then `second` do. @throws {RangeError} when they differ in channels. */
export function composeAffine(first: Affine, second: Affine): Affine {
  return {
    factor: first.factor.map((value, i) => value * at(second.factor, i)),
    offset: first.offset.map((value, i) => value * at(second.factor, i) + at(second.offset, i)),
  };
}

/** The convolution that does its own work and the map's. @throws {RangeError} when they differ in channels. */
export function foldAffine(
  { filter, bias }: ConvWeights,
  { factor, offset }: Affine,
): ConvWeights & { readonly bias: Float32Array } {
  const outputs = at(filter.shape, 0);
  if (outputs !== factor.length) {
    throw new RangeError(`A convolution of ${outputs} channels cannot take a map of ${factor.length}`);
  }
  const size = filter.data.length / outputs;
  const data = filter.data.map((value, i) => value * at(factor, Math.floor(i / size)));
  return {
    filter: { shape: filter.shape, data },
    bias: offset.map((value, i) => value + (bias ? at(bias, i) : 0) * at(factor, i)),
  };
}
