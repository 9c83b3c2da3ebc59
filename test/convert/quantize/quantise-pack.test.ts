import { copyFile, mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { quantiseNets } from '../../../src/convert/quantize/quantise-nets.js';
import { quantisePack, type QuantisePorts } from '../../../src/convert/quantize/quantise-pack.js';
import { FatalError } from '../../../src/errors.js';
import type { Store } from '../../../src/packs/store.js';
import { compactSpec } from '../../compact-pack.js';
import { repository } from '../../shared.js';

// To measure nets takes minutes: what is tested here is what becomes of the verdicts.
vi.mock('../../../src/convert/quantize/quantise-nets.js');

const PASSED = {
  nets: [],
  faces: 30,
  drift: {
    faces: 30,
    matched: 30,
    years: 0,
    genders: { judged: 0, equal: 0 },
    expressions: { judged: 0, equal: 0 },
  },
};
const drifts = (): FatalError => new FatalError('MODEL_DRIFTS', 'the net gives other answers in int8');

let store: Store;
beforeAll(async () => {
  const spec = await compactSpec();
  const folder = await mkdtemp(path.join(os.tmpdir(), 'facetag-quantise-pack-'));
  await mkdir(path.join(folder, 'two'));
  for (const { name } of spec.files) {
    await copyFile(path.join(repository, 'models/compact', name), path.join(folder, 'two', name));
  }
  const [detector] = Object.values(spec.detectors);
  const two = {
    ...spec,
    origin: 'pulled' as const,
    detectors: { first: detector!, second: detector! },
    defaultDetector: 'first',
  };
  const manifest = { schemaVersion: 2 as const, packs: { two } };
  store = { manifest, modelsDir: folder, packageRoot: repository };
});
afterAll(async () => {
  await rm(store.modelsDir, { recursive: true, force: true });
});

async function quantised(): Promise<{ leftOut: readonly string[]; told: readonly string[] }> {
  const told: string[] = [];
  const ports = {
    tell: (line: string) => told.push(line),
    lock: { hold: (_: string, work: () => Promise<unknown>) => work() },
    loader: { loadModel: () => Promise.resolve({ forward: () => Promise.resolve([]) }) },
  } as unknown as QuantisePorts;
  return { leftOut: await quantisePack(store, 'two', [], 'digest', ports), told };
}

it('leaves out a detector whose answers would change, says so, and installs the others', async () => {
  vi.mocked(quantiseNets).mockResolvedValueOnce(PASSED).mockRejectedValueOnce(drifts());
  const { leftOut, told } = await quantised();
  expect(leftOut).toEqual(['second']);
  expect(told).toContain('Left out: detector second. the net gives other answers in int8');
  expect(told.at(-1)).toContain('is ready for --precision int8, but not with second');
  expect(await stat(path.join(store.modelsDir, 'two/quantized.json'))).toBeDefined();
});

it('goes on with the others where the first one would change answers', async () => {
  vi.mocked(quantiseNets).mockRejectedValueOnce(drifts()).mockResolvedValueOnce(PASSED);
  expect((await quantised()).leftOut).toEqual(['first']);
});

it('installs nothing where all of them would', async () => {
  vi.mocked(quantiseNets).mockRejectedValueOnce(drifts()).mockRejectedValueOnce(drifts());
  await expect(quantised()).rejects.toMatchObject({ code: 'MODEL_DRIFTS' });
});

it('stops at any other fault', async () => {
  vi.mocked(quantiseNets).mockRejectedValueOnce(new FatalError('USAGE', 'too few faces'));
  await expect(quantised()).rejects.toMatchObject({ code: 'USAGE' });
});
