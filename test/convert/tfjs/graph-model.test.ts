import { describe, expect, it } from 'vitest';
import { readGraphModel } from '../../../src/convert/tfjs/graph-model.js';

const half = { dtype: 'float16', original_dtype: 'float32' };

function model(...weights: readonly object[]): string {
  return JSON.stringify({
    format: 'graph-model',
    modelTopology: { node: [] },
    weightsManifest: [{ paths: ['net.bin'], weights }],
  });
}

function halves(...bits: readonly number[]): Uint8Array {
  return Uint8Array.from(bits.flatMap((value) => [value & 0xff, value >> 8]));
}

describe('a graph model', () => {
  it.each([
    ['one', 0x3c00, 1],
    ['minus two', 0xc000, -2],
    ['a third, nearly', 0x3555, 0.333251953125],
    ['the largest', 0x7bff, 65504],
    ['the smallest normal one', 0x0400, 2 ** -14],
    ['the smallest of all', 0x0001, 2 ** -24],
    ['minus zero', 0x8000, -0],
    ['infinity', 0x7c00, Infinity],
    ['no number', 0x7e00, Number.NaN],
  ])('may hold %s in 16 bits', (_, bits, wanted) => {
    const weights = readGraphModel(
      model({ name: 'h', shape: [1], dtype: 'float32', quantization: half }),
      halves(bits),
    );
    expect(weights.get('h')).toEqual({ shape: [1], data: Float32Array.of(wanted) });
  });

  it('may mix encodings', () => {
    const floats = Buffer.alloc(4);
    floats.writeFloatLE(1.5);
    const weights = readGraphModel(
      model(
        { name: 'h', shape: [1, 2], dtype: 'float32', quantization: half },
        { name: 'f', shape: [], dtype: 'float32' },
      ),
      Buffer.concat([halves(0x3c00, 0x4000), floats]),
    );
    expect(weights.get('h')).toEqual({ shape: [1, 2], data: Float32Array.of(1, 2) });
    expect(weights.get('f')).toEqual({ shape: [], data: Float32Array.of(1.5) });
  });

  it('is refused with data that ends too early or too late, or another format', () => {
    const json = model({ name: 'f', shape: [2], dtype: 'float32' });
    expect(() => readGraphModel(json, new Uint8Array(7))).toThrow(/ends inside f/);
    expect(() => readGraphModel(json, new Uint8Array(9))).toThrow(/1 bytes too many/);
    expect(() => readGraphModel(json.replace('graph-model', 'layers-model'), new Uint8Array(8))).toThrow();
  });
});
