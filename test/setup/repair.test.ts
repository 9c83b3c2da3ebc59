import { createHash } from 'node:crypto';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { embeddedPack, int8Forms } from '../../bin/setup/embedded-pack.js';
import { isBuilt, stampAddon } from '../../bin/setup/native.js';
import { findOpenCv } from '../../bin/setup/opencv.js';
import { repository } from '../shared.js';
import { layOpenCv } from './fake-opencv.js';
import { temporaryFolder } from './temporary-folder.js';

const folder = temporaryFolder();

describe('the embedded pack', () => {
  const model = () => path.join(folder(), 'models/compact/age-gender-tiny-xception.onnx');

  beforeEach(() => {
    for (const part of ['dist', 'models', 'package.json']) {
      cpSync(path.join(repository, part), path.join(folder(), part), { recursive: true });
    }
    symlinkSync(path.join(repository, 'node_modules'), path.join(folder(), 'node_modules'));
  });

  it.each<[string, (bytes: Buffer) => Buffer]>([
    ['with a flipped byte', (bytes) => Buffer.from(bytes.map((byte, i) => (i === 99_999 ? byte ^ 1 : byte)))],
    ['that is cut short', (bytes) => bytes.subarray(0, 1000)],
  ])('is mended by set-up: a model %s', async (_, damage) => {
    const step = embeddedPack(folder());
    if (!step.isDone()) await step.run(0);
    expect(step.isDone()).toBe(true);
    const good = readFileSync(model());
    writeFileSync(model(), damage(good));
    expect(step.isDone()).toBe(false);
    await step.run(0);
    expect(step.isDone()).toBe(true);
    expect(readFileSync(model()).equals(good)).toBe(true);
  });

  describe('in int8', () => {
    const hasRuntime = existsSync(path.join(repository, 'node_modules/onnxruntime-node/package.json'));
    const form = () => path.join(folder(), 'models/compact/age-gender-tiny-xception.int8.onnx');
    const record = () => path.join(folder(), 'models/compact/quantized.json');

    it.skipIf(!hasRuntime)('is made by set-up, and mended (needs onnxruntime-node)', async () => {
      rmSync(record(), { force: true });
      const step = int8Forms(folder());
      expect(step.isDone()).toBe(false);
      await step.run(0);
      expect(step.isDone()).toBe(true);
      const good = readFileSync(form());
      writeFileSync(form(), good.subarray(0, 1000));
      expect(step.isDone()).toBe(false);
      await step.run(0);
      expect(readFileSync(form()).equals(good)).toBe(true);
    });

    it.skipIf(!hasRuntime)(
      'stays as somebody made it with other pictures (needs onnxruntime-node)',
      async () => {
        await int8Forms(folder()).run(0);
        const name = path.basename(form());
        const known = JSON.parse(readFileSync(record(), 'utf8')) as {
          files: Record<string, { sha256: string }>;
        };
        writeFileSync(form(), 'their own');
        known.files[name]!.sha256 = createHash('sha256').update('their own').digest('hex');
        writeFileSync(record(), JSON.stringify(known));
        expect(int8Forms(folder()).isDone()).toBe(true);
      },
    );

    it('is nothing to do without onnxruntime-node', () => {
      rmSync(path.join(folder(), 'node_modules'));
      rmSync(record(), { force: true });
      expect(int8Forms(folder()).isDone()).toBe(true);
    });
  });
});

describe('the OpenCV binding', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it('is built again when a byte of it has changed', () => {
    layOpenCv(folder(), { version: '4.6.0', include: 'include/opencv4', lib: 'lib' });
    vi.stubEnv('FACETAG_OPENCV_DIR', folder());
    const binding = { folder: path.join(folder(), 'binding'), version: '7.1.2' };
    const addon = path.join(binding.folder, 'build/Release/opencv4nodejs.node');
    mkdirSync(path.dirname(addon), { recursive: true });
    writeFileSync(addon, 'machine code');
    stampAddon(binding, findOpenCv({ prefix: folder() })[0]!);
    expect(isBuilt(binding)).toBe(true);
    appendFileSync(addon, '!');
    expect(isBuilt(binding)).toBe(false);
  });
});
