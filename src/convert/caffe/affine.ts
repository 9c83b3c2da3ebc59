import type { CaffeLayer } from './caffe-net.js';
import { boolean, child, number } from './prototxt.js';
import type { Blob, Weights } from './weights.js';

/** y = x * factor + offset, channel by channel. */
export interface Affine {
  readonly factor: Float32Array;
  readonly offset: Float32Array;
  /** How many layers it stands for. */
  readonly layers: number;
}

/**
 * Caffe splits normalisation into BatchNorm and Scale. Both, and any run of them that works in place, are one affine
 * map, which can be folded into the convolution before.
 * @param start index of the first layer that may belong to the run.
 * @param blob what that layer must read. Unless `renames`, it must also write it: then nobody else sees what was before.
 */
export function affineRun(
  layers: readonly CaffeLayer[],
  weights: Weights,
  start: number,
  blob: string,
  renames = false,
): Affine | undefined {
  let run: Affine | undefined;
  let current = blob;
  for (const [i, layer] of layers.slice(start).entries()) {
    const [top = ''] = layer.tops;
    const next = layer.bottoms[0] === current ? affineOf(layer, weights) : undefined;
    if (!next || (top !== current && !(renames && i === 0))) break;
    run = run ? compose(run, next) : next;
    current = top;
  }
  return run;
}

function affineOf(layer: CaffeLayer, weights: Weights): Affine | undefined {
  if (layer.type !== 'BatchNorm' && layer.type !== 'Scale') return undefined;
  const blobs = weights.get(layer.name);
  if (!blobs?.[0]) throw new Error(`There are no weights for layer ${layer.name}`);
  return layer.type === 'Scale' ? scaling(layer, blobs) : normalisation(layer, blobs);
}

function scaling(layer: CaffeLayer, [factor, offset]: readonly Blob[]): Affine {
  const biased = boolean(child(layer.message, 'scale_param'), 'bias_term', false);
  const values = factor?.data ?? new Float32Array();
  return {
    factor: values,
    offset: biased && offset ? offset.data : new Float32Array(values.length),
    layers: 1,
  };
}

function normalisation(layer: CaffeLayer, [mean, variance, count]: readonly Blob[]): Affine {
  // 1e-5: the default of BatchNormParameter.eps in caffe.proto.
  const epsilon = number(child(layer.message, 'batch_norm_param'), 'eps', 1e-5);
  // Caffe stores sums; the third array says of how many.
  const samples = count?.data[0] ?? 1;
  const share = samples === 0 ? 0 : 1 / samples;
  const factor = Float32Array.from(variance?.data ?? [], (value) => 1 / Math.sqrt(value * share + epsilon));
  const offset = factor.map((value, i) => -(mean?.data[i] ?? 0) * share * value);
  return { factor, offset, layers: 1 };
}

function compose(first: Affine, second: Affine): Affine {
  return {
    factor: first.factor.map((value, i) => value * (second.factor[i] ?? 1)),
    offset: first.offset.map((value, i) => value * (second.factor[i] ?? 1) + (second.offset[i] ?? 0)),
    layers: first.layers + second.layers,
  };
}

/** The convolution that does both. `kernel` has the output channel as its first axis. */
export function foldInto(
  kernel: Blob,
  bias: Float32Array | undefined,
  { factor, offset }: Affine,
): { kernel: Blob; bias: Float32Array } {
  const size = kernel.data.length / factor.length;
  return {
    kernel: {
      shape: kernel.shape,
      data: kernel.data.map((value, i) => value * (factor[Math.floor(i / size)] ?? 1)),
    },
    bias: offset.map((value, i) => value + (bias?.[i] ?? 0) * (factor[i] ?? 1)),
  };
}
