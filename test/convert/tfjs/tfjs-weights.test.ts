import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readTfjsWeights } from '../../../src/convert/tfjs/tfjs-weights.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'facetag-tfjs-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const entries = [
  { name: 'q', shape: [1, 3], dtype: 'float32', quantization: { dtype: 'uint8', scale: 0.5, min: -1 } },
  { name: 'f', shape: [2], dtype: 'float32' },
  { name: 'scalar', shape: [], dtype: 'int32', quantization: { dtype: 'uint8', scale: 1, min: 7 } },
];
const floats = Buffer.alloc(8);
floats.writeFloatLE(1.5, 0);
floats.writeFloatLE(-2, 4);
const bin = Buffer.concat([Buffer.from([0, 2, 255]), floats, Buffer.from([1])]);

async function write(content: Buffer, manifest: unknown): Promise<{ name: string; sha256: string }> {
  await writeFile(path.join(folder, 'net.bin'), content);
  await writeFile(path.join(folder, 'net-weights_manifest.json'), JSON.stringify(manifest));
  return { name: 'net', sha256: createHash('sha256').update(content).digest('hex') };
}

it('reads 8-bit values as value * scale + min, and floats as they are', async () => {
  const weights = await readTfjsWeights(folder, await write(bin, [{ paths: ['net.bin'], weights: entries }]));
  expect(weights.get('q')).toEqual({ shape: [1, 3], data: Float32Array.of(-1, 0, 126.5) });
  expect(weights.get('f')).toEqual({ shape: [2], data: Float32Array.of(1.5, -2) });
  expect(weights.get('scalar')).toEqual({ shape: [], data: Float32Array.of(8) });
});

describe('refuses', () => {
  it.each([
    [
      'a changed data file',
      Buffer.concat([bin, Buffer.from([0])]),
      [{ weights: entries }],
      /net\.bin.*sha256/,
    ],
    ['another manifest', bin, { weights: entries }, /net-weights_manifest\.json/],
    ['a data file that ends too early', bin.subarray(0, 9), [{ weights: entries }], /ends inside f/],
  ])('%s', async (what, content, manifest, message) => {
    const source = await write(content, manifest);
    const sha256 = what === 'a changed data file' ? '0'.repeat(64) : source.sha256;
    await expect(readTfjsWeights(folder, { ...source, sha256 })).rejects.toMatchObject({
      code: 'MODEL_CORRUPT',
      message: expect.stringMatching(message) as string,
    });
  });

  it('a missing file', async () => {
    const source = { name: 'absent', sha256: '0'.repeat(64) };
    await expect(readTfjsWeights(folder, source)).rejects.toMatchObject({ code: 'MODEL_CORRUPT' });
  });
});
