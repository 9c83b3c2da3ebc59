import { priorBox } from './layer-params.js';
import type { CaffeLayer, CaffeNet } from './caffe-net.js';
import type { MapShape } from './shapes.js';

/**
 * The prior boxes of one feature map, as Caffe's PriorBox layer orders them: cell by cell from the top left, in each cell
 * the square of the least size, the square between least and largest size, then each aspect ratio and its inverse.
 * @param map the feature map; @param picture the net's input.
 */
function priorsOf(layer: CaffeLayer, [, rows, columns]: MapShape, picture: MapShape): number[] {
  const { step, offset, clip, variances } = priorBox(layer);
  const [, height, width] = picture;
  const [stepY, stepX] = step > 0 ? [step, step] : [height / rows, width / columns];
  const sizes = boxSizes(layer);
  const fit = (share: number): number => (clip ? Math.min(Math.max(share, 0), 1) : share);
  const priors: number[] = [];
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      const [x, y] = [(column + offset) * stepX, (row + offset) * stepY];
      for (const [w, h] of sizes) {
        priors.push(fit((x - w / 2) / width), fit((y - h / 2) / height));
        priors.push(fit((x + w / 2) / width), fit((y + h / 2) / height));
        priors.push(...variances);
      }
    }
  }
  return priors;
}

/** Widths and heights in pixels of the boxes of a cell. */
function boxSizes(layer: CaffeLayer): [number, number][] {
  const { minSizes, maxSizes, aspectRatios, flip, variances } = priorBox(layer);
  if (variances.length !== 4) throw new Error(`Layer ${layer.name} needs four variances`);
  const ratios = aspectRatios.flatMap((ratio) => (flip ? [ratio, 1 / ratio] : [ratio]));
  return minSizes.flatMap((min, i) => {
    const max = maxSizes[i];
    const between: [number, number][] =
      max === undefined ? [] : [[Math.sqrt(min * max), Math.sqrt(min * max)]];
    const shaped = ratios.map((ratio): [number, number] => [min * Math.sqrt(ratio), min / Math.sqrt(ratio)]);
    return [[min, min], ...between, ...shaped];
  });
}

/** All priors of a net, in the order in which its DetectionOutput layer meets them. */
export function netPriors(
  net: CaffeNet,
  shapes: ReadonlyMap<string, { readonly input: MapShape }>,
): Float32Array {
  const detection = net.layers.find(({ type }) => type === 'DetectionOutput');
  const merged = net.layers.find(({ tops }) => tops[0] === detection?.bottoms[2]);
  const names = merged?.type === 'Concat' ? merged.bottoms : [detection?.bottoms[2] ?? ''];
  const layers = names.map((name) => net.layers.find(({ tops }) => tops[0] === name));
  return Float32Array.from(
    layers.flatMap((layer) => {
      const map = layer && shapes.get(layer.name)?.input;
      if (layer?.type !== 'PriorBox' || !map) throw new Error('DetectionOutput does not read prior boxes');
      return priorsOf(layer, map, net.inputShape);
    }),
  );
}
