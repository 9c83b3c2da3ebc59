import { cp, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { convertCompact } from '../../src/convert/convert-compact.js';
import { repository } from '../shared.js';

const modelDir = path.join(repository, 'node_modules/@vladmandic/face-api/model');
const names = [
  'face-detector-ssd-mobilenetv1.onnx',
  'age-gender-tiny-xception.onnx',
  'landmark-68-tiny.onnx',
  'face-expression.onnx',
];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'facetag-convert-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('convertCompact', () => {
  it('writes the files that the manifest pins, and only those', async () => {
    const outDir = path.join(folder, 'new/compact');
    expect(await convertCompact({ outDir })).toEqual(names);
    expect((await readdir(outDir)).sort()).toEqual(names.toSorted());
  });

  it('leaves right files alone and replaces a wrong one', async () => {
    const outDir = path.join(folder, 'again');
    await convertCompact({ outDir, modelDir });
    const kept = await stat(path.join(outDir, names[0]!));
    expect(await convertCompact({ outDir, modelDir })).toEqual([]);
    const right = await readFile(path.join(outDir, names[1]!));
    await writeFile(path.join(outDir, names[1]!), right.subarray(0, 1000));
    expect(await convertCompact({ outDir, modelDir })).toEqual([names[1]]);
    expect((await readFile(path.join(outDir, names[1]!))).equals(right)).toBe(true);
    expect((await stat(path.join(outDir, names[0]!))).mtimeMs).toBe(kept.mtimeMs);
  });

  it('refuses weights of another version and writes nothing', async () => {
    const changed = path.join(folder, 'changed');
    await cp(modelDir, changed, { recursive: true });
    const file = path.join(changed, 'ssd_mobilenetv1_model.bin');
    const bytes = await readFile(file);
    bytes[1000]! ^= 1;
    await writeFile(file, bytes);
    const outDir = path.join(folder, 'of-changed');
    await expect(convertCompact({ outDir, modelDir: changed })).rejects.toMatchObject({
      code: 'MODEL_CORRUPT',
      message: expect.stringContaining('ssd_mobilenetv1_model.bin') as string,
    });
    expect(await readdir(outDir)).toEqual([]);
  });

  it('refuses a manifest that reads the right weights otherwise', async () => {
    const changed = path.join(folder, 'other-scale');
    await cp(modelDir, changed, { recursive: true });
    const file = path.join(changed, 'age_gender_model-weights_manifest.json');
    await writeFile(file, (await readFile(file, 'utf8')).replace('0.005431825039433498', '0.006'));
    await expect(
      convertCompact({ outDir: path.join(folder, 'of-other-scale'), modelDir: changed }),
    ).rejects.toMatchObject({
      code: 'MODEL_CORRUPT',
      message: expect.stringContaining('age-gender-tiny-xception.onnx') as string,
    });
  });
});
