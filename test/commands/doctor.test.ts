import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { doctorCommand } from '../../src/commands/doctor.js';
import type { DoctorOptions, DoctorPorts } from '../../src/commands/doctor.js';
import type { DoctorReport } from '../../src/core/doctor-report.js';
import type { Manifest, NetSpec } from '../../src/packs/spec.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'facetag-doctor-test-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const weights = Buffer.from('weights');

const net: NetSpec = {
  format: 'onnx',
  weights: 'net.onnx',
  width: 8,
  height: 8,
  scale: 1,
  mean: [0, 0, 0],
  channelOrder: 'rgb',
};

const manifest: Manifest = {
  schemaVersion: 2,
  packs: {
    tiny: {
      description: '',
      licence: '',
      origin: 'pulled',
      files: [
        {
          name: 'net.onnx',
          bytes: weights.length,
          sha256: createHash('sha256').update(weights).digest('hex'),
          urls: [],
          licence: '',
        },
      ],
      detectors: {
        only: { family: 'ssd-mobilenetv1', net, minConfidence: 0.5, nmsIou: 0.5, minInside: 0.8 },
      },
      defaultDetector: 'only',
      estimators: [
        {
          family: 'tiny-xception',
          nets: { ageGender: net },
          genderLabels: ['Male', 'Female'],
          crop: { kind: 'box', padding: 0, fill: 'black-square' },
          batch: 1,
          gives: ['male', 'years'],
        },
      ],
    },
  },
};

async function run(options: DoctorOptions, ports: Partial<DoctorPorts> = {}) {
  let stdout = '';
  const inspected: string[] = [];
  const code = await doctorCommand(options, {
    cwd: '/home/ann',
    system: {
      node: '22.0.0',
      platform: 'linux x64',
      machine: { cores: 2, memoryBytes: 8e9 },
      lanes: { lanes: 2, limitedBy: 'cores' },
      settings: [],
    },
    probeOpenCv: () => Promise.resolve({ state: 'works', value: { version: '4.6.0' } }),
    probeOnnxRuntime: () => Promise.resolve({ state: 'works', value: { installed: false } }),
    probeFfmpeg: () => Promise.resolve({ installed: false, reason: 'not installed' }),
    probePictures: () => Promise.resolve({ state: 'works', value: { version: 'sharp 1', formats: [] } }),
    store: { manifest, modelsDir: folder, packageRoot: '/nowhere' },
    inspectFolder: (target) => {
      inspected.push(target);
      return Promise.resolve({ path: target, exists: true });
    },
    stdout: {
      write: (text) => {
        stdout += text;
        return Promise.resolve();
      },
    },
    ...ports,
  });
  return { code, stdout, inspected };
}

function install(bytes: Buffer): void {
  mkdirSync(path.join(folder, 'tiny'));
  writeFileSync(path.join(folder, 'tiny', 'net.onnx'), bytes);
}

describe('facetag doctor', () => {
  it('prints a line per check and exits 0', async () => {
    install(weights);
    const { code, stdout } = await run({ json: false });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ok +node +22\.0\.0/);
    expect(stdout).toMatch(/^ok +pack tiny +\d+ bytes in 1 file with the right sha256; detectors: only$/m);
    expect(stdout.endsWith('\n')).toBe(true);
  });

  it('prints one JSON document with --json', async () => {
    install(weights);
    const { code, stdout } = await run({ json: true });
    const report = JSON.parse(stdout) as DoctorReport;
    expect(code).toBe(0);
    expect(report).toMatchObject({ schemaVersion: 1, status: 'ok' });
    expect(report.checks.find(({ check }) => check === 'pack tiny')?.details).toMatchObject([
      { name: 'net.onnx', state: 'ok', sha256: manifest.packs['tiny']?.files[0]?.sha256 },
    ]);
  });

  it('exits 2 with a remedy when the addon crashes', async () => {
    const { code, stdout } = await run(
      { json: false },
      { probeOpenCv: () => Promise.resolve({ state: 'crashed', message: 'was killed by SIGSEGV' }) },
    );
    expect(code).toBe(2);
    expect(stdout).toMatch(/^fault +opencv .*SIGSEGV\n +→ Run `npm start`/m);
  });

  it('takes an onnxruntime that crashes for a warning: opencv works without it', async () => {
    const { code, stdout } = await run(
      { json: false },
      { probeOnnxRuntime: () => Promise.resolve({ state: 'crashed', message: 'was killed by SIGILL' }) },
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/^warn +onnxruntime .*SIGILL\n +→ Run: npm install onnxruntime-node/m);
  });

  it.each([
    ['one byte flipped', Buffer.from('weightS')],
    ['cut short', Buffer.from('weigh')],
  ])('finds a model file that has %s', async (_, bytes) => {
    install(bytes);
    const { code, stdout } = await run({ json: false });
    expect(code).toBe(2);
    expect(stdout).toMatch(/^fault +pack tiny +net\.onnx is .*\n +→ Run: facetag models pull tiny$/m);
  });

  it('takes a folder in the place of a model file for a fault, not for its own', async () => {
    mkdirSync(path.join(folder, 'tiny', 'net.onnx'), { recursive: true });
    expect((await run({ json: false })).code).toBe(2);
  });

  it('says how to get a pack that is not there, which is no fault', async () => {
    const { code, stdout } = await run({ json: false });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ok +pack tiny +not installed; to use it, run: facetag models pull tiny$/m);
  });

  it.each([
    [undefined, '/home/ann/facetag-out'],
    ['results', '/home/ann/results'],
    ['/srv/out', '/srv/out'],
  ])('looks at output %s and at the models folder', async (output, expected) => {
    const { inspected } = await run({ json: false, ...(output !== undefined && { output }) });
    expect(inspected).toEqual([expected, folder]);
  });
});
