import { GraphBuilder } from '../onnx/graph.js';
import { type Affine, foldAffine } from '../affine.js';
import { at } from '../tensor.js';
import { affineRun, lacksWeights } from './affine-run.js';
import type { CaffeLayer, CaffeNet } from './caffe-net.js';
import { convolution } from './layer-params.js';
import { convertLayer } from './layers-to-onnx.js';
import { PRIOR_NUMBERS } from '../../nets/ssd-decode.js';
import { netPriors } from './priors.js';
import { inferShapes } from './shapes.js';
import type { CaffeWeights } from './weights.js';

/** How many pictures go in at once is known at run time only. */
const BATCH = 'N';

/**
 * Writes a Caffe net as ONNX. Its last layer gives the output, under that layer's name. A net that ends in
 * DetectionOutput gives what that layer reads instead: `boxes`, `scores` and the constant `priors` (see ssd-decode).
 * @returns the bytes of the `.onnx` file.
 * @throws {Error} naming a layer that has no counterpart here, or lacks weights.
 */
export function caffeToOnnx(net: CaffeNet, weights: CaffeWeights): Uint8Array {
  const converter = new Converter(net, weights);
  return converter.convert();
}

class Converter {
  readonly #graph: GraphBuilder;
  readonly #shapes: ReturnType<typeof inferShapes>;
  /** Name in the ONNX graph of what each Caffe blob holds now: layers that work in place rename it. */
  readonly #values: Map<string, string>;

  constructor(
    private readonly net: CaffeNet,
    private readonly weights: CaffeWeights,
  ) {
    this.#graph = new GraphBuilder(net.name);
    this.#shapes = inferShapes(net);
    const input = this.#graph.input(net.input, [BATCH, ...net.inputShape]);
    this.#values = new Map([[net.input, input]]);
  }

  convert(): Uint8Array {
    const { layers } = this.net;
    const priors = this.#priorBlobs();
    for (let i = 0; i < layers.length;) {
      const layer = layers[i];
      if (!layer) break;
      if (layer.type === 'DetectionOutput') return this.#detections(layer);
      i += priors.has(layer.tops[0] ?? '') ? 1 : this.#layer(layer, i);
    }
    return this.#prediction();
  }

  /** @returns how many layers were dealt with. */
  #layer(layer: CaffeLayer, index: number): number {
    if (layer.type === 'Convolution') return this.#convolution(layer, index);
    const input = layer.bottoms[0] ?? '';
    const affine = affineRun(this.net.layers, this.weights, index, input, true);
    if (affine) {
      this.#put(layer, this.#normalisation(layer, affine));
      return affine.layers;
    }
    const inputs = layer.bottoms.map((name) => this.#value(name, layer));
    const shapes = this.#shapes.get(layer.name);
    if (!shapes) throw new Error(`Layer ${layer.name} has no shape`);
    this.#put(layer, convertLayer(this.#graph, layer, inputs, this.weights.get(layer.name) ?? [], shapes));
    return 1;
  }

  #convolution(layer: CaffeLayer, index: number): number {
    const { kernel, stride, pad, dilation, group } = convolution(layer);
    const [trained, offsets] = this.weights.get(layer.name) ?? [];
    if (!trained) throw lacksWeights(layer);
    const affine = affineRun(this.net.layers, this.weights, index + 1, layer.tops[0] ?? '');
    const unfolded = { filter: trained, bias: offsets?.data };
    const { filter, bias } = affine ? foldAffine(unfolded, affine) : unfolded;
    const inputs = [
      this.#value(layer.bottoms[0] ?? '', layer),
      this.#graph.constant(`${layer.name}/kernel`, filter),
      ...(bias ? [this.#graph.constant(`${layer.name}/bias`, { shape: [bias.length], data: bias })] : []),
    ];
    const node = this.#graph.node('Conv', layer.name, inputs, {
      kernel_shape: kernel,
      strides: stride,
      pads: [...pad, ...pad],
      dilations: dilation,
      group,
    });
    this.#put(layer, node);
    return 1 + (affine?.layers ?? 0);
  }

  #normalisation(layer: CaffeLayer, { factor, offset }: Affine): string {
    const constant = (name: string, data: Float32Array): string =>
      this.#graph.constant(`${layer.name}/${name}`, { shape: [data.length], data });
    const inputs = [
      this.#value(layer.bottoms[0] ?? '', layer),
      constant('factor', factor),
      constant('offset', offset),
      constant('mean', new Float32Array(factor.length)),
      constant('variance', new Float32Array(factor.length).fill(1)),
    ];
    return this.#graph.node('BatchNormalization', layer.name, inputs, { epsilon: { float: 0 } });
  }

  #prediction(): Uint8Array {
    const last = this.net.layers.at(-1);
    const name = this.#value(last?.tops[0] ?? '', last);
    const shape = this.#shapes.get(last?.name ?? '')?.output ?? [];
    this.#graph.output(name, [BATCH, at(shape, 0)]);
    return this.#graph.build();
  }

  #detections(layer: CaffeLayer): Uint8Array {
    const [boxes = '', scores = ''] = layer.bottoms;
    const priors = netPriors(this.net, this.#shapes);
    const rows = priors.length / PRIOR_NUMBERS;
    this.#graph.node('Identity', 'boxes', [this.#value(boxes, layer)]);
    this.#graph.node('Identity', 'scores', [this.#value(scores, layer)]);
    const constant = this.#graph.constant('all_priors', { shape: [rows, PRIOR_NUMBERS], data: priors });
    this.#graph.node('Identity', 'priors', [constant]);
    this.#graph.output('boxes', [BATCH, rows * 4]);
    this.#graph.output('scores', [BATCH, rows * 2]);
    this.#graph.output('priors', [rows, PRIOR_NUMBERS]);
    return this.#graph.build();
  }

  /** Blobs that hold priors: they are computed here, not by the net. */
  #priorBlobs(): Set<string> {
    const names = new Set<string>();
    for (const { type, bottoms, tops } of this.net.layers) {
      const derived = bottoms.length > 0 && bottoms.every((bottom) => names.has(bottom));
      if (type === 'PriorBox' || derived) for (const top of tops) names.add(top);
    }
    return names;
  }

  #value(blob: string, layer: CaffeLayer | undefined): string {
    const name = this.#values.get(blob);
    if (name === undefined)
      throw new Error(`Layer ${layer?.name ?? 'at the end'} reads ${blob}, which nothing has made`);
    return name;
  }

  #put(layer: CaffeLayer, value: string): void {
    for (const top of layer.tops) this.#values.set(top, value);
  }
}
