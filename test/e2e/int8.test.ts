import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { compactSpec } from '../compact-pack.js';
import { repository } from '../shared.js';
import { facetag, temporaryFolder } from './cli.js';
import { copyPackage } from './package-copy.js';

const photos = path.join(repository, 'fixtures/images');
const hasRuntime = existsSync(path.join(repository, 'node_modules/onnxruntime-node/package.json'));
const reason = hasRuntime ? '' : ' (needs onnxruntime-node)';

let spec: Awaited<ReturnType<typeof compactSpec>>;
beforeAll(async () => {
  spec = await compactSpec();
});

/** The detector of the compact pack and its net for age and gender, as a pack that is pulled: nothing is made in the checkout. */
async function ownPack(): Promise<string[]> {
  const folder = temporaryFolder();
  const models = path.join(folder, 'mine');
  mkdirSync(models);
  const [ageGender] = spec.estimators;
  const used = spec.files.filter(({ name }) => /detector|age-gender/.test(name));
  const crop = { kind: 'box', padding: 0, fill: 'black-square' };
  for (const { name } of used) {
    await copyFile(path.join(repository, 'models/compact', name), path.join(models, name));
  }
  const mine = { ...spec, origin: 'pulled', files: used, estimators: [{ ...ageGender, crop }] };
  const manifest = path.join(folder, 'manifest.json');
  writeFileSync(manifest, JSON.stringify({ schemaVersion: 2, packs: { mine } }));
  return ['--models', folder, '--manifest', manifest];
}

function int8Files([, folder = '']: readonly string[]): string[] {
  return readdirSync(path.join(folder, 'mine')).filter((name) => name.endsWith('.int8.onnx'));
}

describe('--precision int8', () => {
  it('is not for OpenCV, in no command', async () => {
    for (const command of [['tag', photos], ['video', photos], ['serve']]) {
      const { code, stderr } = await facetag([...command, '--precision', 'int8']);
      expect(code).toBe(2);
      expect(stderr).toContain(
        'Expected --engine onnxruntime (OpenCV is not faster in int8) for --precision int8',
      );
    }
  });

  it('takes two words', async () => {
    const { code, stderr } = await facetag([photos, '--precision', 'fp16']);
    expect(code).toBe(2);
    expect(stderr).toContain('Expected one of fp32, int8 for --precision, received "fp16"');
  });

  it('says how to make nets that are not there', async () => {
    const places = await ownPack();
    const run = [photos, '--pack', 'mine', '--engine', 'onnxruntime', '--precision', 'int8', ...places];
    const { code, stderr } = await facetag(run);
    expect(code).toBe(2);
    expect(stderr).toContain('needs face-detector-ssd-mobilenetv1.int8.onnx');
    expect(stderr).toContain(`Make it with: facetag models quantize mine --models ${places[1]!}`);
  });
});

it.skipIf(!hasRuntime)(`set-up makes the int8 forms of the embedded pack${reason}`, async () => {
  const { code, stdout, stderr } = await facetag([
    photos,
    '--engine',
    'onnxruntime',
    '--precision',
    'int8',
    '--jsonl',
  ]);
  expect(code).toBe(0);
  expect(stderr).toContain('engine onnxruntime int8');
  expect(stdout).toContain('"gender":"Female"');
});

it('says that set-up makes those of the embedded pack, where they are not there', async () => {
  const folder = copyPackage();
  rmSync(path.join(folder, 'models/compact/age-gender-tiny-xception.int8.onnx'), { force: true });
  const run = [photos, '--engine', 'onnxruntime', '--precision', 'int8', '--jsonl'];
  const { code, stdout, stderr } = await facetag(run, { command: path.join(folder, 'bin/facetag.js') });
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(/needs .*\.int8\.onnx in [\s\S]*Make it with: facetag setup/);
});

describe('models quantize', () => {
  it('wants pictures, with faces in them', async () => {
    const places = await ownPack();
    const empty = temporaryFolder();
    const none = await facetag(['models', 'quantize', 'mine', '--calibrate', empty, ...places]);
    expect(none.code).toBe(2);
    expect(none.stderr).toContain('Expected a folder of pictures, or a list of them, for --calibrate');
    const list = path.join(empty, 'list.txt');
    writeFileSync(list, `${path.join(photos, 'astronaut.png')}\n${path.join(photos, 'camera.png')}\n`);
    const few = await facetag(['models', 'quantize', 'mine', '--calibrate', list, ...places]);
    expect(few.stderr).toContain('Expected pictures with 20 faces or more in each half for --calibrate');
    expect(few.code).toBe(2);
    expect(int8Files(places)).toEqual([]);
  });

  it.skipIf(!hasRuntime)(
    `makes nets that tag the same faces, and are noticed when they change${reason}`,
    { timeout: 900_000 },
    async () => {
      const places = await ownPack();
      const made = await facetag(['models', 'quantize', 'mine', ...places]);
      expect(made.stderr).toContain('Pack mine is ready for --precision int8: 2 nets');
      expect(made.code).toBe(0);
      expect(int8Files(places)).toHaveLength(2);
      const record = JSON.parse(readFileSync(path.join(places[1]!, 'mine/quantized.json'), 'utf8')) as {
        files: Record<string, { layers: number; floatLayers: string[]; calibration: object }>;
      };
      const detector = record.files['face-detector-ssd-mobilenetv1.int8.onnx']!;
      expect(detector.layers).toBe(49);
      expect(detector.floatLayers.length).toBeLessThan(24);
      expect(detector.calibration).toMatchObject({ calibrated: 15, heldOut: 15 });

      const output = temporaryFolder();
      const run = [
        photos,
        '--pack',
        'mine',
        '--engine',
        'onnxruntime',
        '-o',
        output,
        '--no-progress',
        ...places,
      ];
      const float = await facetag([...run, '--jsonl']);
      const records = (stdout: string) =>
        stdout
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as { run: object; faces: { gender: string; bbox: number[] }[] });
      const int8 = await facetag([...run, '--jsonl', '--precision', 'int8', '-j', '2']);
      expect(int8.code).toBe(0);
      // Every picture was done again: the key is another one.
      expect(int8.stderr).toMatch(/3 pictures: 3 tagged, 0 unchanged/);
      expect(int8.stderr).toContain('engine onnxruntime int8');
      const [before, after] = [records(float.stdout), records(int8.stdout)];
      for (const [index, { run: key, faces }] of after.entries()) {
        expect(key).toMatchObject({ engine: 'onnxruntime', precision: 'int8' });
        expect(before[index]!.run).not.toHaveProperty('precision');
        expect(faces.map(({ gender }) => gender)).toEqual(before[index]!.faces.map(({ gender }) => gender));
      }
      const again = await facetag([...run, '--jsonl', '--precision', 'int8', '-j', '1', '--force']);
      expect(again.stdout).toBe(int8.stdout);
      expect((await facetag([...run, '--precision', 'int8'])).stderr).toMatch(/0 tagged, 3 unchanged/);

      const file = path.join(places[1]!, 'mine/age-gender-tiny-xception.int8.onnx');
      const bytes = readFileSync(file);
      bytes[bytes.length >> 1]! ^= 1;
      writeFileSync(file, bytes);
      const damaged = await facetag([...run, '--precision', 'int8']);
      expect(damaged.code).toBe(2);
      expect(damaged.stderr).toContain('age-gender-tiny-xception.int8.onnx');
      expect(damaged.stderr).toContain('missing, damaged or out of date');
    },
  );
});
