import { at } from '../tensor.js';

/** The values that 8 bits are to tell apart. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

/** A value is (byte - zero) * scale. */
export interface ByteScale {
  readonly scale: number;
  readonly zero: number;
}

const MOST_BYTE = 255;

/** @throws {RangeError} for a range that is none. */
export function byteScale({ low, high }: Range): ByteScale {
  if (!(Number.isFinite(low) && Number.isFinite(high) && low <= high)) {
    throw new RangeError(`There is no range from ${low} to ${high}`);
  }
  // Zero must be told exactly: edges are padded with it.
  const bottom = Math.min(low, 0);
  const scale = Math.fround((Math.max(high, 0) - bottom) / MOST_BYTE);
  if (scale === 0) return { scale: 1, zero: 0 };
  return { scale, zero: Math.min(MOST_BYTE, Math.max(0, Math.round(-bottom / scale))) };
}

/** Of a weight, which has a sign and no -128, so that each weight has its opposite. */
const MOST_WEIGHT = 127;

/** Sums, and with them offsets, are of 32 bits: half of that is left to the sums. */
const MOST_OFFSET = 2 ** 30;

export interface QuantisedWeights {
  readonly values: Int8Array;
  /** One for each output. */
  readonly scales: Float32Array;
  /** One for each output, in units of input scale times weight scale. */
  readonly offsets: Int32Array | undefined;
}

/**
 * Weights as whole numbers: symmetric, with a scale for each output.
 *
 * @param weights outputs first.
 * @param bias one for each output.
 * @param inputScale of the bytes that they are multiplied with.
 */
export function quantiseWeights(
  weights: Float32Array,
  outputs: number,
  bias: Float32Array | undefined,
  inputScale: number,
): QuantisedWeights {
  const size = weights.length / outputs;
  const scales = Float32Array.from({ length: outputs }, (_, output) => {
    const largest = weights
      .subarray(output * size, (output + 1) * size)
      .reduce((sofar, weight) => Math.max(sofar, Math.abs(weight)), 0);
    // An offset beside tiny weights must be told too.
    const least = bias ? Math.abs(at(bias, output)) / (inputScale * MOST_OFFSET) : 0;
    return Math.max(largest / MOST_WEIGHT, least) || 1;
  });
  const values = Int8Array.from(weights, (weight, index) => {
    const steps = Math.round(Math.abs(weight) / at(scales, Math.floor(index / size)));
    return Math.sign(weight) * Math.min(MOST_WEIGHT, steps);
  });
  const offsets =
    bias && Int32Array.from(bias, (value, output) => Math.round(value / (inputScale * at(scales, output))));
  return { values, scales, offsets };
}
