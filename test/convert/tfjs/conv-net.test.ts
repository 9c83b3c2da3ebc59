import { describe, expect, it } from 'vitest';
import { ConvNetWriter, foldBatchNorm } from '../../../src/convert/tfjs/conv-net.js';
import type { Weight } from '../../../src/convert/tfjs/tfjs-weights.js';
import { GraphBuilder } from '../../../src/convert/onnx/graph.js';
import { decodeModel } from '../../../src/convert/onnx/schema.js';
import type { ModelProto } from '../../../src/convert/onnx/schema.js';

const weight = (shape: readonly number[], ...values: readonly number[]): Weight => ({
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

describe('filters', () => {
  it('turn from height x width x in x out to out x in x height x width', () => {
    const graph = written((net) => net.conv('c', 'x', weight([1, 2, 2, 3], ...Array(12).keys()), undefined));
    expect(constant(graph, 'c/weights')).toEqual({
      shape: [3, 2, 1, 2],
      values: [0, 6, 3, 9, 1, 7, 4, 10, 2, 8, 5, 11],
    });
  });

  it('of one channel each turn to channels x 1 x height x width', () => {
    const graph = written((net) => net.depthwise('d', 'x', weight([2, 1, 2, 1], 0, 1, 2, 3), undefined));
    expect(constant(graph, 'd/weights')).toEqual({ shape: [2, 1, 2, 1], values: [0, 2, 1, 3] });
    expect(graph.node[0]!.attribute).toContainEqual(expect.objectContaining({ name: 'group', i: 2 }));
  });
});

it('names what OpenCV needs to be told', () => {
  const graph = written((net) => {
    net.conv('c', 'x', weight([1, 1, 1, 1], 2), weight([1], 3), { stride: 2, activation: 'relu6' });
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

it('folds a batch norm into the filter before it', () => {
  const filter = weight([1, 2, 2, 1], 1, 2, 3, 4);
  const norm = {
    gamma: weight([2], 2, 3),
    beta: weight([2], 10, 20),
    mean: weight([2], 5, 1),
    variance: weight([2], 3, 8),
    epsilon: 1,
  };
  const folded = foldBatchNorm(filter, norm);
  expect([...folded.filter.data]).toEqual([1, 2, 3, 4]);
  expect([...folded.bias.data]).toEqual([5, 19]);
  // gamma / sqrt(variance + epsilon) is 1 for both channels above; here it is not.
  const doubled = foldBatchNorm(filter, { ...norm, gamma: weight([2], 4, 3) });
  expect([...doubled.filter.data]).toEqual([2, 2, 6, 4]);
  expect([...doubled.bias.data]).toEqual([0, 19]);
});

it('says which weight is missing', () => {
  const net = new ConvNetWriter(new GraphBuilder('net'), new Map());
  expect(() => net.weight('absent')).toThrow(/absent/);
});
