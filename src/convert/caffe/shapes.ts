import type { CaffeLayer, CaffeNet } from './caffe-net.js';
import { convolution, innerProduct, pooling } from './layer-params.js';
import type { Window } from './layer-params.js';

/** Channels, height, width of one picture's feature map. */
export type MapShape = readonly [number, number, number];

/**
 * Shapes of the feature maps that each layer reads and writes, up to where maps become lists of boxes.
 * @returns by layer name: its first input and its output.
 * @throws {Error} for a map that no layer before has made.
 */
export function inferShapes(
  net: CaffeNet,
): Map<string, { readonly input: MapShape; readonly output: MapShape }> {
  const blobs = new Map<string, MapShape>([[net.input, net.inputShape]]);
  const layers = new Map<string, { input: MapShape; output: MapShape }>();
  for (const layer of net.layers) {
    const bottom = layer.bottoms[0] ?? '';
    const input = blobs.get(bottom);
    if (!input) throw new Error(`Layer ${layer.name} reads ${bottom}, which nothing has made`);
    const output = outputShape(layer, input);
    layers.set(layer.name, { input, output });
    for (const top of layer.tops) blobs.set(top, output);
  }
  return layers;
}

function outputShape(layer: CaffeLayer, input: MapShape): MapShape {
  const [channels, height, width] = input;
  switch (layer.type) {
    case 'Convolution': {
      const param = convolution(layer);
      return [param.outputs, ...mapDims(param, [height, width], Math.floor)];
    }
    case 'Pooling': {
      const param = pooling(layer);
      if (param.global) return [channels, 1, 1];
      return [channels, ...pooledDims(param, [height, width])];
    }
    case 'InnerProduct':
      return [innerProduct(layer).outputs, 1, 1];
    default:
      return input;
  }
}

function mapDims(
  { kernel, stride, pad, dilation }: Window,
  size: readonly [number, number],
  round: (value: number) => number,
): [number, number] {
  const along = (axis: 0 | 1): number => {
    const reach = dilation[axis] * (kernel[axis] - 1) + 1;
    return round((size[axis] + 2 * pad[axis] - reach) / stride[axis]) + 1;
  };
  return [along(0), along(1)];
}

/** Caffe rounds pooled sizes up, but lets no window start in the padding at the far side. */
function pooledDims(window: Window, size: readonly [number, number]): [number, number] {
  const dims = mapDims(window, size, Math.ceil);
  const clipped = (axis: 0 | 1): number => {
    const { pad, stride } = window;
    const startsOutside = (dims[axis] - 1) * stride[axis] >= size[axis] + pad[axis];
    return pad[axis] > 0 && startsOutside ? dims[axis] - 1 : dims[axis];
  };
  return [clipped(0), clipped(1)];
}
