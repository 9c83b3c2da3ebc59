import { type Affine, batchNormAffine, composeAffine } from '../affine.js';
import { at, type FloatTensor } from '../tensor.js';
import type { CaffeLayer } from './caffe-net.js';
import { booleanOf, childOf, numberOf } from './prototxt.js';
import type { CaffeWeights } from './weights.js';

/** Layers that one affine map stands for. */
export interface AffineRun extends Affine {
  /** How many they are. */
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
  weights: CaffeWeights,
  start: number,
  blob: string,
  renames = false,
): AffineRun | undefined {
  let run: AffineRun | undefined;
  let current = blob;
  for (const [i, layer] of layers.slice(start).entries()) {
    const [top = ''] = layer.tops;
    const next = layer.bottoms[0] === current ? affineOf(layer, weights) : undefined;
    if (!next || (top !== current && !(renames && i === 0))) break;
    run = { ...(run ? composeAffine(run, next) : next), layers: i + 1 };
    current = top;
  }
  return run;
}

function affineOf(layer: CaffeLayer, weights: CaffeWeights): Affine | undefined {
  if (layer.type !== 'BatchNorm' && layer.type !== 'Scale') return undefined;
  const arrays = weights.get(layer.name) ?? [];
  return layer.type === 'Scale' ? scaling(layer, arrays) : normalisation(layer, arrays);
}

function scaling(layer: CaffeLayer, [factor, offset]: readonly FloatTensor[]): Affine {
  if (!factor) throw lacksWeights(layer);
  const biased = booleanOf(childOf(layer.message, 'scale_param'), 'bias_term', false);
  if (biased && !offset) throw lacksWeights(layer);
  return {
    factor: factor.data,
    offset: biased && offset ? offset.data : new Float32Array(factor.data.length),
  };
}

function normalisation(layer: CaffeLayer, [mean, variance, count]: readonly FloatTensor[]): Affine {
  if (!mean || !variance) throw lacksWeights(layer);
  // Caffe stores sums; the third array says of how many.
  const samples = count ? at(count.data, 0) : 1;
  const share = samples === 0 ? 0 : 1 / samples;
  const averages = (sums: FloatTensor): Float64Array => Float64Array.from(sums.data, (sum) => sum * share);
  return batchNormAffine({
    mean: averages(mean),
    variance: averages(variance),
    // The default of BatchNormParameter.eps in caffe.proto.
    epsilon: numberOf(childOf(layer.message, 'batch_norm_param'), 'eps', 1e-5),
  });
}

/** The error of a layer whose trained arrays are not there. */
export function lacksWeights(layer: CaffeLayer): Error {
  return new Error(`There are no weights for layer ${layer.name}`);
}
