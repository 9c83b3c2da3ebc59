import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadOnnxRuntime } from '../../../src/adapters/onnxruntime.js';
import { loadOpenCv } from '../../../src/adapters/opencv.js';
import { caffeToOnnx } from '../../../src/convert/caffe/caffe-to-onnx.js';
import { parseCaffeNet } from '../../../src/convert/caffe/caffe-net.js';
import type { CaffeWeights } from '../../../src/convert/caffe/weights.js';
import { writeCaffeModel } from './caffemodel.js';
import { generator, randomWeights } from './random-weights.js';

const { imaging, engine } = loadOpenCv();
const onnxEngine = await loadOnnxRuntime();
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'facetag-convert-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

const SIDE = 13;
const HEADER = `input: "data" input_shape { dim: 1 dim: 3 dim: ${SIDE} dim: ${SIDE} }`;
const layer = (name: string, type: string, bottoms: string, top: string, extra = ''): string =>
  `layer { name: "${name}" type: "${type}" ${bottoms
    .split(' ')
    .map((bottom) => `bottom: "${bottom}"`)
    .join(' ')} top: "${top}" ${extra} }`;
const conv = (name: string, bottom: string, parameters: string): string =>
  layer(name, 'Convolution', bottom, name, `convolution_param { ${parameters} }`);
const HEAD = (bottom: string): string =>
  layer('fc', 'InnerProduct', bottom, 'fc', 'inner_product_param { num_output: 5 }') +
  layer('prob', 'Softmax', 'fc', 'prob');
const A = conv('a', 'data', 'num_output: 6 kernel_size: 3 pad: 1');
const B = conv('b', 'data', 'num_output: 6 kernel_size: 1');

/** Bodies of small nets, up to the blob that the classifier reads. */
const NETS: Record<string, [body: string, last: string]> = {
  'a strided convolution with uneven sizes': [
    conv('a', 'data', 'num_output: 4 kernel_h: 3 kernel_w: 5 stride: 2 pad_h: 1 pad_w: 0'),
    'a',
  ],
  'a dilated convolution without bias': [
    conv('a', 'data', 'num_output: 4 kernel_size: 3 dilation: 2 pad: 2 bias_term: false'),
    'a',
  ],
  'a grouped convolution': [conv('a', 'data', 'num_output: 6 kernel_size: 3 group: 3'), 'a'],
  'normalisation folded into a convolution': [
    A +
      layer('n', 'BatchNorm', 'a', 'a') +
      layer('s', 'Scale', 'a', 'a', 'scale_param { bias_term: true }') +
      layer('r', 'ReLU', 'a', 'a'),
    'a',
  ],
  'normalisation whose input is read elsewhere too': [
    A +
      layer('n', 'BatchNorm', 'a', 'n') +
      layer('s', 'Scale', 'n', 'n', 'scale_param { bias_term: true }') +
      layer('e', 'Eltwise', 'a n', 'e'),
    'e',
  ],
  'normalisation of the input, without offset': [
    layer('n', 'BatchNorm', 'data', 'n') + layer('s', 'Scale', 'n', 'n', 'scale_param { bias_term: false }'),
    'n',
  ],
  'a leaky rectifier': [A + layer('r', 'ReLU', 'a', 'r', 'relu_param { negative_slope: 0.1 }'), 'r'],
  'maximum pooling that rounds up': [
    A + layer('p', 'Pooling', 'a', 'p', 'pooling_param { pool: MAX kernel_size: 2 stride: 2 }'),
    'p',
  ],
  'maximum pooling with padding': [
    A + layer('p', 'Pooling', 'a', 'p', 'pooling_param { pool: MAX kernel_size: 3 stride: 2 pad: 1 }'),
    'p',
  ],
  'average pooling': [
    A + layer('p', 'Pooling', 'a', 'p', 'pooling_param { pool: AVE kernel_size: 3 stride: 2 }'),
    'p',
  ],
  'global average pooling': [
    A + layer('p', 'Pooling', 'a', 'p', 'pooling_param { pool: AVE global_pooling: true }'),
    'p',
  ],
  'response normalisation': [
    A + layer('l', 'LRN', 'a', 'l', 'lrn_param { local_size: 3 alpha: 0.01 beta: 0.5 }'),
    'l',
  ],
  'a sum of three': [
    A + B + conv('c', 'data', 'num_output: 6 kernel_size: 1') + layer('e', 'Eltwise', 'a b c', 'e'),
    'e',
  ],
  'a product': [A + B + layer('e', 'Eltwise', 'a b', 'e', 'eltwise_param { operation: PROD }'), 'e'],
  'a maximum': [A + B + layer('e', 'Eltwise', 'a b', 'e', 'eltwise_param { operation: MAX }'), 'e'],
  'channels of length one': [
    A + layer('z', 'Normalize', 'a', 'z', 'norm_param { across_spatial: false channel_shared: false }'),
    'z',
  ],
  'permute, flatten and concat': [
    A +
      layer('p', 'Permute', 'a', 'p', 'permute_param { order: 0 order: 2 order: 3 order: 1 }') +
      layer('f', 'Flatten', 'p', 'f', 'flatten_param { axis: 1 }') +
      layer('c', 'Concat', 'f f', 'c', 'concat_param { axis: 1 }'),
    'c',
  ],
  dropout: [A + layer('d', 'Dropout', 'a', 'a', 'dropout_param { dropout_ratio: 0.5 }'), 'a'],
};

/** Weights for the classifier, whose input size no shape inference here can tell after a concat. */
function weightsFor(name: string, net: ReturnType<typeof parseCaffeNet>): CaffeWeights {
  const weights = new Map(randomWeights(net, 3, 0.05));
  if (name.startsWith('permute')) {
    const random = generator(4);
    const length = 2 * 6 * SIDE * SIDE;
    const data = Float32Array.from({ length: 5 * length }, () => (random() - 0.5) * 0.001);
    weights.set('fc', [
      { shape: [5, length], data },
      { shape: [5], data: new Float32Array(5) },
    ]);
  }
  return weights;
}

describe('caffeToOnnx', () => {
  it.each(Object.entries(NETS))('%s gives what OpenCV gives', async (name, [body, last]) => {
    const definition = `${HEADER} ${body} ${HEAD(last)}`;
    const net = parseCaffeNet(definition);
    const weights = weightsFor(name, net);
    const [prototxt, caffemodel, onnx] = ['net.prototxt', 'net.caffemodel', 'net.onnx'].map((file) =>
      path.join(folder, file),
    ) as [string, string, string];
    await writeFile(prototxt, definition);
    await writeFile(caffemodel, writeCaffeModel(net, weights, { form: 'v2' }));
    await writeFile(onnx, caffeToOnnx(net, weights));
    const random = generator(9);
    const pictures = [0, 1].map(() =>
      imaging.load({
        data: Buffer.from(Array.from({ length: SIDE * SIDE * 3 }, () => random() * 256)),
        width: SIDE,
        height: SIDE,
      }),
    );
    const blob = imaging.blob(pictures, {
      width: SIDE,
      height: SIDE,
      scale: 1 / 64,
      mean: [128, 128, 128],
      bgr: true,
    });
    const caffe = await engine.loadNet({ format: 'caffe', weights: caffemodel, definition: prototxt });
    const [expected] = await caffe.forward(blob, ['prob']);
    const [found] = await (
      await onnxEngine.loadNet({ format: 'onnx', weights: onnx })
    ).forward(blob, ['prob']);
    expect(found).toHaveLength(10);
    expect(Math.max(...expected!)).toBeLessThan(0.95);
    expect(Math.max(...Array.from(found!, (value, i) => Math.abs(value - expected![i]!)))).toBeLessThan(1e-5);
  });

  it.each([
    [layer('x', 'Deconvolution', 'data', 'x'), 'Layer x of type Deconvolution cannot be converted'],
    [
      A + layer('x', 'Pooling', 'a', 'x', 'pooling_param { pool: AVE kernel_size: 2 stride: 2 }'),
      'over the edge',
    ],
    [A + layer('x', 'LRN', 'a', 'x', 'lrn_param { norm_region: WITHIN_CHANNEL }'), 'within channels'],
    [A + B + layer('x', 'Eltwise', 'a b', 'x', 'eltwise_param { coeff: 1 coeff: -1 }'), 'weighted'],
    [A + layer('x', 'Normalize', 'a', 'x'), 'across pixels'],
    [A + layer('x', 'Softmax', 'a', 'x'), 'over a map'],
  ])('refuses %#', (body, message) => {
    const net = parseCaffeNet(`${HEADER} ${body}`);
    expect(() => caffeToOnnx(net, randomWeights(net, 1))).toThrow(message);
  });

  it('names the layer that has no weights', () => {
    expect(() => caffeToOnnx(parseCaffeNet(`${HEADER} ${A}`), new Map())).toThrow(
      'There are no weights for layer a',
    );
  });
});
