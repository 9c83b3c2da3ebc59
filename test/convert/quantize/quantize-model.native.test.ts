import { beforeAll, describe, expect, it } from 'vitest';
import { loadOnnxRuntime } from '../../../src/adapters/onnxruntime.js';
import { GraphBuilder, type NodeAttributes } from '../../../src/convert/onnx/graph.js';
import { readModel, writeModel } from '../../../src/convert/onnx/model.js';
import { upgraded } from '../../../src/convert/onnx/upgrade.js';
import { findLayers } from '../../../src/convert/quantize/layers.js';
import { quantiseModel, type Plan } from '../../../src/convert/quantize/quantize-model.js';
import type { Blob, ModelLoader } from '../../../src/ports.js';

let loader: ModelLoader;
beforeAll(async () => {
  loader = await loadOnnxRuntime();
});

type Shape = readonly [number, number, number, number];

function blobOf(shape: Shape, values: Float32Array): Blob {
  return { shape, toFloat32: () => values, release: () => undefined };
}

/** Numbers in -1..1 that are the same each time. */
function numbers(count: number, seed: number): Float32Array {
  let state = seed;
  return Float32Array.from({ length: count }, () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 30 - 1;
  });
}

interface ConvNet {
  readonly filter: Float32Array;
  readonly shape: Shape;
  readonly bias?: Float32Array;
  readonly attributes?: NodeAttributes;
  readonly activation?: 'Relu' | 'Clip';
}

function convNet({ filter, shape, bias, attributes = {}, activation }: ConvNet): Uint8Array {
  const graph = new GraphBuilder('one convolution');
  const inputs = [
    graph.input('x', ['N', 'C', 'H', 'W']),
    graph.constant('w', { shape, data: filter }),
    ...(bias ? [graph.constant('b', { shape: [bias.length], data: bias })] : []),
  ];
  const conv = graph.node('Conv', activation ? 'conv' : 'y', inputs, {
    kernel_shape: shape.slice(2),
    ...attributes,
  });
  const bounds = activation === 'Clip' ? { min: { float: 0 }, max: { float: 0.5 } } : {};
  if (activation) graph.node(activation, 'y', [conv], bounds);
  graph.output('y', ['N', 'C', 'H', 'W']);
  return graph.build();
}

async function run(model: Uint8Array, blob: Blob): Promise<Float32Array> {
  const [y] = await (await loader.loadModel(model)).forward(blob, ['y']);
  return y!;
}

function quantised(bytes: Uint8Array, ranges: Plan['ranges'], layers?: readonly string[]): Uint8Array {
  const model = upgraded(readModel(bytes));
  const found = findLayers(model);
  const chosen = new Set(layers ?? found.map(({ name }) => name));
  return writeModel(quantiseModel(model, found, { layers: chosen, ranges }));
}

function worst(a: Float32Array, b: Float32Array): number {
  expect(b).toHaveLength(a.length);
  return a.reduce((most, value, index) => Math.max(most, Math.abs(value - b[index]!)), 0);
}

describe('one convolution in int8, through ONNX Runtime', () => {
  const x = blobOf([1, 4, 6, 6], numbers(144, 7));
  const ranges = new Map([
    ['x', { low: -1, high: 1 }],
    ['conv', { low: -8, high: 8 }],
    ['y', { low: -8, high: 8 }],
  ]);

  it.each<[string, ConvNet]>([
    ['plain', { shape: [5, 4, 3, 3], filter: numbers(180, 1) }],
    ['with offsets', { shape: [5, 4, 3, 3], filter: numbers(180, 2), bias: numbers(5, 3) }],
    [
      'with a relu',
      { shape: [5, 4, 3, 3], filter: numbers(180, 2), bias: numbers(5, 3), activation: 'Relu' },
    ],
    ['clipped', { shape: [5, 4, 3, 3], filter: numbers(180, 2), activation: 'Clip' }],
    ['depthwise', { shape: [4, 1, 3, 3], filter: numbers(36, 4), attributes: { group: 4 } }],
    ['grouped', { shape: [6, 2, 3, 3], filter: numbers(108, 5), attributes: { group: 2 } }],
    [
      'padded',
      {
        shape: [5, 4, 3, 3],
        filter: numbers(180, 6),
        attributes: { auto_pad: 'SAME_UPPER', strides: [2, 2] },
      },
    ],
    [
      'without weights in a channel',
      { shape: [2, 4, 1, 1], filter: new Float32Array(8), bias: Float32Array.of(0.25, -1) },
    ],
  ])('%s: within a step of what float gives', async (_, net) => {
    const float = convNet(net);
    const step = 16 / 255;
    expect(worst(await run(float, x), await run(quantised(float, ranges), x))).toBeLessThan(2 * step);
  });

  it('gives what the plain sums are, also where pairs of products do not fit into 16 bits', async () => {
    const [inputs, outputs] = [64, 3];
    const filter = Float32Array.from({ length: inputs * outputs }, (_, index) =>
      index % 3 === 0 ? -127 : 127,
    );
    const bytes = Float32Array.from({ length: inputs }, (_, index) => 255 - (index % 4));
    const float = convNet({ shape: [outputs, inputs, 1, 1], filter });
    const wide = new Map([
      ['x', { low: 0, high: 255 }],
      ['y', { low: -inputs * 127 * 255, high: inputs * 127 * 255 }],
    ]);
    const blob = blobOf([1, inputs, 1, 1], bytes);
    const step = (2 * inputs * 127 * 255) / 255;
    expect(worst(await run(float, blob), await run(quantised(float, wide), blob))).toBeLessThan(step);
  });

  it('saturates beyond the ranges that it was given', async () => {
    const float = convNet({ shape: [1, 4, 1, 1], filter: Float32Array.of(1, 1, 1, 1) });
    const narrow = new Map(ranges).set('y', { low: 0, high: 0.5 });
    const y = await run(quantised(float, narrow), x);
    expect(Math.max(...y)).toBeCloseTo(0.5, 5);
    expect(Math.min(...y)).toBe(0);
  });
});

describe('layers left in float', () => {
  function twoLayers(): Uint8Array {
    const graph = new GraphBuilder('two');
    const x = graph.input('x', ['N', 4, 6, 6]);
    const first = graph.node('Conv', 'first', [
      x,
      graph.constant('w1', { shape: [4, 4, 1, 1], data: numbers(16, 1) }),
    ]);
    const pooled = graph.node('MaxPool', 'pooled', [first], { kernel_shape: [2, 2], strides: [2, 2] });
    const second = graph.node('Conv', 'second', [
      pooled,
      graph.constant('w2', { shape: [4, 4, 1, 1], data: numbers(16, 2) }),
    ]);
    const flat = graph.node('Flatten', 'flat', [graph.node('GlobalAveragePool', 'mean', [second])], {
      axis: 1,
    });
    graph.node(
      'Gemm',
      'y',
      [
        flat,
        graph.constant('w3', { shape: [2, 4], data: numbers(8, 3) }),
        graph.constant('b3', { shape: [2], data: numbers(2, 4) }),
      ],
      { transB: 1 },
    );
    graph.output('y', ['N', 2]);
    return graph.build();
  }
  const range = { low: -4, high: 4 };
  const ranges = new Map(['x', 'first', 'pooled', 'second', 'flat', 'y'].map((name) => [name, range]));
  const x = blobOf([2, 4, 6, 6], numbers(288, 9));

  it('are exactly what they were where all are', async () => {
    const float = twoLayers();
    expect(await run(quantised(float, ranges, []), x)).toEqual(await run(float, x));
  });

  it.each([[['first']], [['second']], [['first', 'second']], [['y']], [['first', 'second', 'y']]])(
    'others than %j',
    async (layers) => {
      const float = twoLayers();
      expect(worst(await run(float, x), await run(quantised(float, ranges, layers), x))).toBeLessThan(0.1);
    },
  );

  it('a pool between two layers keeps their scale', () => {
    const { nodes, constants } = readModel(
      quantised(twoLayers(), new Map(ranges).set('pooled', { low: -1, high: 1 })),
    );
    const scaleOf = (name: string) => constants.get(`${name}/scale`)!.rawData;
    expect([...scaleOf('pooled')]).toEqual([...scaleOf('first')]);
    expect(nodes.filter(({ opType }) => opType === 'QuantizeLinear')).toHaveLength(5);
  });

  it('asks for a range that the plan lacks', () => {
    expect(() => quantised(twoLayers(), new Map([['x', range]]))).toThrow('There is no range for');
  });
});
