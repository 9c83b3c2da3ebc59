import { describe, expect, it } from 'vitest';
import { ConvNetWriter } from '../../../src/convert/tfjs/conv-net.js';
import { GraphBuilder } from '../../../src/convert/onnx/graph.js';
import { decodeModel } from '../../../src/convert/onnx/schema.js';
import type { ModelProto } from '../../../src/convert/onnx/schema.js';
import type { FloatTensor } from '../../../src/convert/tensor.js';

const tensor = (shape: readonly number[], ...values: readonly number[]): FloatTensor => ({
  shape,
  data: Float32Array.from(values),
});

function written(write: (net: ConvNetWriter) => void): ModelProto['graph'] {
  const graph = new GraphBuilder('net');
  write(new ConvNetWriter(graph, new Map()));
  return decodeModel(graph.build()).graph;
}

function constant(graph: ModelProto['graph'], name: string): { shape: readonly number[]; values: number[] } {
  const found = graph.initializer.find((each) => each.name === name)!;
  const bytes = Uint8Array.from(found.rawData);
  return { shape: found.dims, values: [...new Float32Array(bytes.buffer)] };
}

it('keeps one filter per channel as a group', () => {
  const graph = written((net) => net.depthwise('d', 'x', { filter: tensor([2, 1, 2, 1], 0, 1, 2, 3) }));
  expect(constant(graph, 'd/weights')).toEqual({ shape: [2, 1, 2, 1], values: [0, 2, 1, 3] });
  expect(graph.node[0]!.attribute).toContainEqual(expect.objectContaining({ name: 'group', i: 2 }));
});

describe('some of the output channels', () => {
  const norm = { factor: Float32Array.of(2, 3), offset: Float32Array.of(10, 20) };

  it('have the weights that they have in the whole, and a name of their own', () => {
    const layer = { filter: tensor([1, 1, 2, 2], 1, 2, 3, 4), norm };
    const graph = written((net) => {
      net.conv('c', 'x', layer);
      net.conv('c', 'x', layer, { channels: [1, 2] });
    });
    expect(constant(graph, 'c/weights')).toEqual({ shape: [2, 2, 1, 1], values: [2, 6, 6, 12] });
    expect(constant(graph, 'c/1/weights')).toEqual({ shape: [1, 2, 1, 1], values: [6, 12] });
    expect(constant(graph, 'c/1/bias')).toEqual({ shape: [1], values: [20] });
  });

  it('are as many groups where each has a filter of its own', () => {
    const graph = written((net) => {
      net.depthwise('d', 'x', { filter: tensor([1, 1, 2, 1], 5, 6), norm }, { channels: [0, 1] });
    });
    expect(constant(graph, 'd/0/weights')).toEqual({ shape: [1, 1, 1, 1], values: [10] });
    expect(graph.node[0]!.attribute).toContainEqual(expect.objectContaining({ name: 'group', i: 1 }));
  });

  it.each([
    [-1, 1],
    [1, 1],
    [1, 3],
  ])('from %i to %i are refused where there are two', (from, to) => {
    const layer = { filter: tensor([1, 1, 1, 2], 1, 2) };
    expect(() => written((net) => net.conv('c', 'x', layer, { channels: [from, to] }))).toThrow(RangeError);
  });
});

it('folds a normalisation into the filter before it', () => {
  const norm = { factor: Float32Array.of(2, 3), offset: Float32Array.of(10, 20) };
  const filter = tensor([1, 2, 2, 1], 1, 2, 3, 4);
  const graph = written((net) => net.depthwise('d', 'x', { filter, norm }));
  expect(constant(graph, 'd/weights').values).toEqual([2, 6, 6, 12]);
  expect(constant(graph, 'd/bias')).toEqual({ shape: [2], values: [10, 20] });
});

it('names what OpenCV needs to be told', () => {
  const graph = written((net) => {
    const layer = { filter: tensor([1, 1, 1, 1], 2), bias: tensor([1], 3) };
    net.conv('c', 'x', layer, { stride: 2, activation: 'relu6' });
  });
  const [conv, clip] = graph.node;
  expect(conv).toMatchObject({ opType: 'Conv', input: ['x', 'c/weights', 'c/bias'] });
  expect(conv!.attribute).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ name: 'kernel_shape', ints: [1, 1] }),
      expect.objectContaining({ name: 'strides', ints: [2, 2] }),
    ]),
  );
  expect(clip).toMatchObject({ opType: 'Clip', input: ['c'] });
  expect(clip!.attribute).toMatchObject([
    { name: 'min', f: 0 },
    { name: 'max', f: 6 },
  ]);
});

it('says which weight is missing', () => {
  const net = new ConvNetWriter(new GraphBuilder('net'), new Map());
  expect(() => net.weight('absent')).toThrow(/absent/);
});
