import type { CaffeNet } from '../../../src/convert/caffe/caffe-net.js';
import { convolution, innerProduct } from '../../../src/convert/caffe/layer-params.js';
import { booleanOf, childOf } from '../../../src/convert/caffe/prototxt.js';
import { inferShapes } from '../../../src/convert/caffe/shapes.js';
import type { CaffeWeights } from '../../../src/convert/caffe/weights.js';
import { type FloatTensor, sizeOf } from '../../../src/convert/tensor.js';

/** Numbers in 0..1 that depend on the seed alone (mulberry32). */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Weights of the right shapes for every trained layer of a net. Their spread keeps signals at the size of the input
 * (He 2015) and brings the last layer down to logits of about `logits`, so that no softmax saturates.
 */
export function randomWeights(net: CaffeNet, seed: number, logits = 0.06): CaffeWeights {
  const random = generator(seed);
  const shapes = inferShapes(net);
  const last = net.layers.findLast(({ type }) => type === 'InnerProduct')?.name;
  const weights = new Map<string, readonly FloatTensor[]>();
  for (const layer of net.layers) {
    const [channels = 0, height = 0, width = 0] = shapes.get(layer.name)?.input ?? [];
    if (layer.type === 'Convolution') {
      const { outputs, kernel, group, bias } = convolution(layer);
      const inputs = channels / group;
      const fanIn = inputs * kernel[0] * kernel[1];
      const values = centred(uniform(random, [outputs, inputs, ...kernel], Math.sqrt(6 / fanIn)));
      weights.set(layer.name, bias ? [values, uniform(random, [outputs], 0.1)] : [values]);
    } else if (layer.type === 'InnerProduct') {
      const fanIn = channels * height * width;
      const spread = Math.sqrt(6 / fanIn) * (layer.name === last ? logits : 1);
      const { outputs } = innerProduct(layer);
      const values = centred(uniform(random, [outputs, fanIn], spread));
      weights.set(layer.name, [values, uniform(random, [outputs], 0.1)]);
    } else if (layer.type === 'BatchNorm') {
      weights.set(layer.name, [
        uniform(random, [channels], 1),
        shifted(uniform(random, [channels], 0.5), 1),
        { shape: [1], data: Float32Array.of(1) },
      ]);
    } else if (layer.type === 'Scale') {
      const factors = shifted(uniform(random, [channels], 0.3), 1);
      const biased = booleanOf(childOf(layer.message, 'scale_param'), 'bias_term', false);
      weights.set(layer.name, biased ? [factors, uniform(random, [channels], 0.1)] : [factors]);
    } else if (layer.type === 'Normalize') {
      weights.set(layer.name, [shifted(uniform(random, [channels], 0), 20)]);
    }
  }
  return weights;
}

function uniform(random: () => number, shape: readonly number[], spread: number): FloatTensor {
  const data = new Float32Array(sizeOf(shape));
  for (let i = 0; i < data.length; i += 1) data[i] = (random() * 2 - 1) * spread;
  return { shape, data };
}

/** Rows that sum to zero: what all faces have in common is then not what decides. */
function centred({ shape, data }: FloatTensor): FloatTensor {
  const length = data.length / (shape[0] ?? 1);
  for (let start = 0; start < data.length; start += length) {
    const row = data.subarray(start, start + length);
    const mean = row.reduce((sum, value) => sum + value, 0) / length;
    row.forEach((value, i) => (row[i] = value - mean));
  }
  return { shape, data };
}

function shifted({ shape, data }: FloatTensor, by: number): FloatTensor {
  return { shape, data: data.map((value) => value + by) };
}
