import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { convertCompact } from '../../src/convert/convert-compact.js';
import { quantiseCompact } from '../../src/convert/quantise-compact.js';
import { repository } from '../shared.js';

interface Forms {
  readonly files: Readonly<Record<string, { sha256: string; bytes: number; ino?: number }>>;
}

const read = async (file: string): Promise<Forms> => JSON.parse(await readFile(file, 'utf8')) as Forms;

let outDir: string;
beforeAll(async () => {
  outDir = await mkdtemp(path.join(os.tmpdir(), 'facetag-int8-'));
  await convertCompact({ outDir });
});
afterAll(async () => {
  await rm(outDir, { recursive: true, force: true });
});

it('makes the int8 forms that the project pins, of the nets in its manifest, and records them', async () => {
  const names = await quantiseCompact({ outDir });
  const shipped = await read(path.join(repository, 'models/compact-int8.json'));
  expect(names.toSorted()).toEqual(Object.keys(shipped.files).toSorted());
  const recorded = await read(path.join(outDir, 'quantized.json'));
  for (const name of names) {
    const bytes = await readFile(path.join(outDir, name));
    expect(bytes.length).toBe(shipped.files[name]!.bytes);
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(shipped.files[name]!.sha256);
    expect(recorded.files[name]).toMatchObject({ ...shipped.files[name], ino: expect.any(Number) as number });
  }
});

it('refuses to make them of a damaged net', async () => {
  const file = path.join(outDir, 'face-expression.onnx');
  const bytes = await readFile(file);
  bytes[bytes.length >> 1]! ^= 1;
  await writeFile(file, bytes);
  await expect(quantiseCompact({ outDir })).rejects.toMatchObject({ code: 'MODEL_CORRUPT' });
});
