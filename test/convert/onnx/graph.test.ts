import { describe, expect, it } from 'vitest';
import { GraphBuilder, int64 } from '../../../src/convert/onnx/graph.js';
import { decodeModel } from '../../../src/convert/onnx/schema.js';

function small(): Uint8Array {
  const graph = new GraphBuilder('small');
  const x = graph.input('x', ['N', 2]);
  const two = graph.constant('two', { shape: [1, 2], data: Float32Array.of(2, -0.5) });
  graph.node('Mul', 'y', [x, two], { axis: 1, mode: 'm', sizes: [3, 0], alpha: { float: 0 } });
  graph.output('y', ['N', 2]);
  return graph.build();
}

describe('a model', () => {
  it('reads back as it was built', () => {
    const { graph, irVersion, opsetImport } = decodeModel(small());
    expect(irVersion).toBe(5);
    expect(opsetImport).toEqual([{ domain: '', version: 10 }]);
    expect(graph.name).toBe('small');
    expect(graph.input[0]).toMatchObject({
      name: 'x',
      type: { tensorType: { elemType: 1, shape: { dim: [{ dimParam: 'N' }, { dimValue: 2 }] } } },
    });
    expect(graph.node[0]).toMatchObject({ opType: 'Mul', name: 'y', input: ['x', 'two'], output: ['y'] });
  });

  it('keeps the types of attributes, and values that are zero', () => {
    const attributes = decodeModel(small()).graph.node[0]!.attribute;
    expect(attributes).toMatchObject([
      { name: 'axis', type: 2, i: 1 },
      { name: 'mode', type: 3 },
      { name: 'sizes', type: 7, ints: [3, 0] },
      { name: 'alpha', type: 1, f: 0 },
    ]);
    expect(Buffer.from(attributes[1]!.s!).toString()).toBe('m');
  });

  it('stores constants little-endian', () => {
    const [two] = decodeModel(small()).graph.initializer;
    expect(two).toMatchObject({ name: 'two', dims: [1, 2], dataType: 1 });
    expect([...two!.rawData]).toEqual([0, 0, 0, 64, 0, 0, 0, 191]);
  });

  it('stores shapes as int64', () => {
    const graph = new GraphBuilder('shapes');
    graph.constant('shape', int64(0, -1));
    const [shape] = decodeModel(graph.build()).graph.initializer;
    expect(shape).toMatchObject({ dims: [2], dataType: 7 });
    expect([...shape!.rawData]).toEqual([...new Array<number>(8).fill(0), ...new Array<number>(8).fill(255)]);
  });

  it('has the same bytes each time', () => {
    expect(small()).toEqual(small());
  });

  it('refuses a constant whose data does not fill its shape', () => {
    const graph = new GraphBuilder('wrong');
    expect(() => graph.constant('c', { shape: [2, 2], data: new Float32Array(3) })).toThrow(/c: 3 values/);
  });
});

it('decodeModel refuses other bytes', () => {
  expect(() => decodeModel(Buffer.from('<html>no model</html>'))).toThrow();
});
