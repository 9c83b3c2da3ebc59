import { chmod, mkdir, mkdtemp, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { defaultModelsDir, resolvePack } from '../../src/packs/store.js';
import type { Store } from '../../src/packs/store.js';
import { resolveNetFiles } from '../../src/packs/net-files.js';
import type { EstimatorOf, EstimatorSpec, Manifest, PackSpec } from '../../src/packs/spec.js';
import { content, estimator, fakeManifest, fakePack, modelFile } from './fake-pack.js';

const FILES = { 'a.onnx': content(1), 'b.onnx': content(2), 'c.onnx': content(3, 1000) };
const choice = { pack: 'fake', engine: 'opencv' } as const;

let models: string;
let folder: string;
let manifest: Manifest;

beforeEach(async () => {
  models = await mkdtemp(path.join(tmpdir(), 'facetag-store-'));
  folder = path.join(models, 'fake');
  await mkdir(folder);
  manifest = fakeManifest(Object.entries(FILES).map(([name, data]) => modelFile(name, data)));
});

afterEach(async () => {
  await rm(models, { recursive: true, force: true });
});

const store = (extra: Partial<Store> = {}): Store => ({
  manifest,
  modelsDir: models,
  packageRoot: '/nowhere',
  ...extra,
});
const install = (...names: (keyof typeof FILES)[]): Promise<unknown> =>
  Promise.all(names.map((name) => writeFile(path.join(folder, name), FILES[name])));

describe('defaultModelsDir', () => {
  it.each([
    [{ XDG_DATA_HOME: '/data' }, '/data/facetag/models'],
    [{ XDG_DATA_HOME: 'relative' }, '/home/me/.local/share/facetag/models'],
    [{}, '/home/me/.local/share/facetag/models'],
  ])('%j', (env, expected) => {
    expect(defaultModelsDir(env, () => '/home/me')).toBe(expected);
  });
});

describe('resolvePack', () => {
  it('gives the files of the chosen detector and of the attribute nets', async () => {
    await install('b.onnx', 'c.onnx');
    const { lanePack, detector, spec } = await resolvePack(store(), { ...choice, detector: 'two' });
    expect(lanePack.nets).toEqual({
      'b.onnx': { format: 'onnx', weights: path.join(folder, 'b.onnx') },
      'c.onnx': { format: 'onnx', weights: path.join(folder, 'c.onnx') },
    });
    expect(lanePack.detector).toBe('two');
    expect(detector.net.weights).toBe('b.onnx');
    expect(spec).toBe(manifest.packs['fake']);
  });

  it.each([
    [{ pack: 'other' }, 'Expected one of fake for --pack, received "other"'],
    [{ pack: 'fake', detector: 'three' }, 'Expected one of one, two for --detector, received "three"'],
  ])('refuses %j', async (wish, message) => {
    await expect(resolvePack(store(), { engine: 'opencv', ...wish })).rejects.toThrow(message);
  });

  it('says how to install a pack that is not there, and how much that is', async () => {
    const missing = resolvePack(store({ flags: ' --models /mnt/models' }), choice);
    await expect(missing).rejects.toMatchObject({ code: 'MODEL_MISSING' });
    await expect(missing).rejects.toThrow(
      'Install it with: facetag models pull fake --models /mnt/models   (401 kB)',
    );
  });

  it('names the detector in the command when one was chosen', async () => {
    const missing = resolvePack(store(), { ...choice, detector: 'two' });
    await expect(missing).rejects.toThrow('facetag models pull fake --detector two   (201 kB)');
  });

  it('names what a half-installed pack lacks', async () => {
    await install('a.onnx');
    await expect(resolvePack(store(), choice)).rejects.toThrow('lacks c.onnx');
  });

  it('names the detectors that are there, where the default one is not', async () => {
    await install('b.onnx', 'c.onnx');
    await expect(resolvePack(store(), choice)).rejects.toThrow(
      /lacks a\.onnx in .*\nInstall it with: facetag models pull fake .*\nOr run with what is there: --detector two$/,
    );
  });

  it.each([
    [
      'a flipped byte',
      (data: Buffer) => Buffer.from(data.map((byte, i) => (i === 99 ? byte ^ 1 : byte))),
      'other content',
    ],
    ['a cut', (data: Buffer) => data.subarray(0, 77), 'truncated at 77 of 200000 bytes'],
    ['a page', () => Buffer.from('<html><body>no</body></html>'), 'an HTML page'],
  ])('never runs a corrupt file: %s', async (_name, damage, reason) => {
    await install('a.onnx', 'c.onnx');
    await resolvePack(store(), choice);
    await writeFile(path.join(folder, 'a.onnx'), damage(FILES['a.onnx']));
    const corrupt = resolvePack(store(), choice);
    await expect(corrupt).rejects.toMatchObject({ code: 'MODEL_CORRUPT' });
    await expect(corrupt).rejects.toThrow(reason);
    await expect(corrupt).rejects.toThrow('Replace it with: facetag models pull fake');
  });

  it('does not read files that have not changed since the last check', async () => {
    await install('a.onnx', 'c.onnx');
    await resolvePack(store(), choice);
    // Another content behind the record: only a reader could tell.
    const file = path.join(folder, 'c.onnx');
    const record = JSON.parse(await readFile(path.join(folder, 'installed.json'), 'utf8')) as {
      files: Record<string, object>;
    };
    await writeFile(file, content(9, 1000));
    const { mtimeMs, ctimeMs, ino } = await stat(file);
    record.files['c.onnx'] = { ...record.files['c.onnx'], mtimeMs, ctimeMs, ino };
    await writeFile(path.join(folder, 'installed.json'), JSON.stringify(record));
    await expect(resolvePack(store(), choice)).resolves.toBeDefined();
  });

  it('notices a flipped byte behind the size and mtime of before', async () => {
    await install('a.onnx', 'c.onnx');
    await resolvePack(store(), choice);
    const file = path.join(folder, 'a.onnx');
    const { atime, mtime } = await stat(file);
    const flipped = Buffer.from(FILES['a.onnx']);
    flipped[99]! ^= 1;
    await writeFile(file, flipped);
    await utimes(file, atime, mtime);
    await expect(resolvePack(store(), choice)).rejects.toMatchObject({ code: 'MODEL_CORRUPT' });
  });

  it('notices another file under the name, size and mtime of before', async () => {
    await install('a.onnx', 'c.onnx');
    await resolvePack(store(), choice);
    const { atime, mtime } = await stat(path.join(folder, 'a.onnx'));
    const other = path.join(folder, 'other');
    await writeFile(other, content(9));
    await utimes(other, atime, mtime);
    await rename(other, path.join(folder, 'a.onnx'));
    await expect(resolvePack(store(), choice)).rejects.toMatchObject({ code: 'MODEL_CORRUPT' });
  });

  it('hashes once more what a record without a ctime knows', async () => {
    await install('a.onnx', 'c.onnx');
    await resolvePack(store(), choice);
    const file = path.join(folder, 'installed.json');
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replaceAll(/^.*"ctimeMs".*\n/gm, ''));
    await resolvePack(store(), choice);
    expect(await readFile(file, 'utf8')).toBe(text);
  });

  it('hashes a touched file again and remembers the outcome', async () => {
    await install('a.onnx', 'c.onnx');
    await resolvePack(store(), choice);
    const before = await readFile(path.join(folder, 'installed.json'), 'utf8');
    await utimes(path.join(folder, 'a.onnx'), new Date(0), new Date(0));
    await resolvePack(store(), choice);
    expect(await readFile(path.join(folder, 'installed.json'), 'utf8')).not.toBe(before);
  });

  it.each(['{', '[]', 'null', '{"files":{"a.onnx":{}}}'])('survives a damaged record: %s', async (text) => {
    await install('a.onnx', 'c.onnx');
    await writeFile(path.join(folder, 'installed.json'), text);
    await expect(resolvePack(store(), choice)).resolves.toBeDefined();
  });

  it.skipIf(process.getuid?.() === 0)('works on a folder that cannot be written', async () => {
    await install('a.onnx', 'c.onnx');
    await chmod(folder, 0o555);
    await expect(resolvePack(store(), choice)).resolves.toBeDefined();
    await chmod(folder, 0o755);
  });

  it('grows the crops by what --padding says', async () => {
    await install('a.onnx', 'c.onnx');
    const { spec, lanePack } = await resolvePack(store(), { ...choice, padding: 0.25 });
    expect(spec.estimators).toMatchObject([{ crop: { kind: 'box', padding: 0.25 } }]);
    expect(lanePack.spec).toBe(spec);
  });

  it('finds the definition of a net beside its weights, or in the package', async () => {
    const caffe = { format: 'caffe', weights: 'a.onnx', definition: 'b.onnx' } as const;
    const builtin = { ...caffe, definition: 'builtin:classic/res10.prototxt' };
    const folder = '/m/fake';
    const where = { folder, folderOf: () => folder, files: [], packageRoot: '/opt/facetag' };
    const places = { ...where, remedy: () => '' };
    const { net: given } = manifest.packs['fake']!.detectors['one']!;
    const engine = { engine: 'opencv', precision: 'fp32' } as const;
    const found = async (net: object) => (await resolveNetFiles([{ ...given, ...net }], engine, places)).nets;
    expect(await found(caffe)).toEqual({
      'a.onnx': { format: 'caffe', weights: '/m/fake/a.onnx', definition: '/m/fake/b.onnx' },
    });
    expect(await found(builtin)).toMatchObject({
      'a.onnx': { definition: '/opt/facetag/models/classic/res10.prototxt' },
    });
  });

  it('looks for embedded packs in the package', async () => {
    const spec: PackSpec = { ...fakePack([...manifest.packs['fake']!.files]), origin: 'embedded' };
    const embedded = store({
      manifest: { schemaVersion: 2, packs: { fake: spec } },
      packageRoot: '/opt/facetag',
    });
    const missing = resolvePack(embedded, choice);
    await expect(missing).rejects.toThrow('not installed in /opt/facetag/models/fake');
    await expect(missing).rejects.toThrow('Install it with: facetag setup');
  });
});

describe('modelsHash', () => {
  const hashOf = async (
    change: (spec: PackSpec) => PackSpec = (spec) => spec,
    detector = 'one',
  ): Promise<string> => {
    await install('a.onnx', 'b.onnx', 'c.onnx');
    const packs = { fake: change(manifest.packs['fake']!) };
    return (await resolvePack(store({ manifest: { schemaVersion: 2, packs } }), { ...choice, detector }))
      .modelsHash;
  };

  it('is stable and has the form of the records', async () => {
    expect(await hashOf()).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(await hashOf()).toBe(await hashOf());
  });

  it.each<[string, (spec: PackSpec) => PackSpec]>([
    ['the description', (spec) => ({ ...spec, description: 'new words' })],
    ['the default threshold, which the settings hold', (spec) => withDetector(spec, { minConfidence: 0.1 })],
    [
      'the default padding, which the settings hold',
      (spec) => withEstimator(spec, { crop: { kind: 'box', padding: 0.1, fill: 'black-square' } }),
    ],
    ['the batch size', (spec) => withEstimator(spec, { batch: 1 })],
  ])('does not depend on %s', async (_what, change) => {
    expect(await hashOf(change)).toBe(await hashOf());
  });

  it.each<[string, (spec: PackSpec) => PackSpec]>([
    ['the overlap limit', (spec) => withDetector(spec, { nmsIou: 0.1 })],
    ['the order of the labels', (spec) => withEstimator(spec, { genderLabels: ['Female', 'Male'] })],
    ['what an estimator gives', (spec) => withEstimator(spec, { gives: ['years'] })],
    [
      'how estimates are combined',
      (spec) => ({ ...spec, combine: { years: { rule: 'weighted-mean', weights: [1] } } }),
    ],
  ])('depends on %s', async (_what, change) => {
    expect(await hashOf(change)).not.toBe(await hashOf());
  });

  it('depends on the detector', async () => {
    expect(await hashOf((spec) => spec, 'two')).not.toBe(await hashOf());
  });
});

function withDetector(spec: PackSpec, change: Partial<PackSpec['detectors'][string]>): PackSpec {
  const { one } = spec.detectors;
  return { ...spec, detectors: { ...spec.detectors, one: { ...one!, ...change } } };
}

function withEstimator(spec: PackSpec, change: Partial<EstimatorOf<'tiny-xception'>>): PackSpec {
  return { ...spec, estimators: [{ ...estimator('c.onnx'), ...change } as EstimatorSpec] };
}
