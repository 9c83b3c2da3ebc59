import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadManifest } from '../../src/packs/manifest.js';
import { writeClassicModels } from '../convert/caffe/classic-models.js';
import { content, fakeManifest, modelFile } from '../packs/fake-pack.js';
import { ModelServer, stallAt } from '../packs/model-server.js';
import { repository, shared } from '../shared.js';
import { contents, facetag, launch, temporaryFolder } from './cli.js';
import type { Ran } from './cli.js';

/** Without the real detector a random one marks random places, none of them with much confidence. */
const real = shared('models/opencv_face_detector_uint8.pb') !== undefined;
const detector = real ? 'res10-uint8' : 'res10';
const minConfidence = real ? '0.5' : '0.3';
const pictures = path.join(repository, 'fixtures', 'images');

let base: string;
let manifest: string;

beforeAll(async () => {
  base = await mkdtemp(path.join(tmpdir(), 'facetag-classic-'));
  const folder = path.join(base, 'models', 'classic');
  await writeClassicModels(folder);
  const {
    schemaVersion,
    packs: { classic },
  } = await loadManifest({ packageRoot: repository });
  const files = [];
  for (const file of classic!.files) {
    const data = await readFile(path.join(folder, file.name)).catch(() => undefined);
    const sha256 = data && createHash('sha256').update(data).digest('hex');
    files.push(data ? { ...file, bytes: data.length, sha256 } : file);
  }
  manifest = path.join(base, 'manifest.json');
  await writeFile(manifest, JSON.stringify({ schemaVersion, packs: { classic: { ...classic!, files } } }));
});

afterAll(async () => {
  await rm(base, { recursive: true, force: true });
});

interface Written {
  readonly faces: readonly {
    readonly age: string;
    readonly ageConfidence: number;
    readonly ageDistribution: number[];
    readonly expression?: string;
  }[];
  readonly run: Readonly<Record<string, string>>;
}

function tag(output: string, ...flags: string[]): Promise<Ran> {
  const models = path.join(base, 'models');
  const pack = ['--pack', 'classic', '--models', models, '--manifest', manifest];
  return facetag([pictures, '-o', output, ...pack, '--min-confidence', minConfidence, ...flags]);
}

async function recordsIn(output: string): Promise<Written[]> {
  const names = [...contents(path.join(output, 'json')).keys()];
  return Promise.all(
    names.map(async (name) => JSON.parse(await readFile(path.join(output, 'json', name), 'utf8')) as Written),
  );
}

describe('facetag --pack classic', () => {
  it.skipIf(!real)("tells expressions with the embedded pack's net (needs ../shared)", async () => {
    const output = temporaryFolder();
    const ran = await tag(output, '--detector', detector, '--attributes', 'gender,age,expression');
    expect(ran.code).toBe(0);
    const faces = (await recordsIn(output)).flatMap((record) => record.faces);
    // The man behind the camera is neutral in the box of compact's detector.
    expect(faces.map(({ expression }) => expression)).toEqual(['happy', 'angry']);
  });

  it.skipIf(!real)(
    'writes age distributions and redoes pictures only when the nets are others (needs ../shared)',
    async () => {
      const output = temporaryFolder();
      expect((await tag(output, '--detector', detector)).code).toBe(0);
      const records = await recordsIn(output);
      const faces = records.flatMap((record) => record.faces);
      expect(records).toHaveLength(3);
      expect(faces.length).toBeGreaterThan(0);
      for (const { age, ageConfidence, ageDistribution } of faces) {
        expect(ageDistribution).toHaveLength(8);
        expect(ageDistribution.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 2);
        expect(Math.max(...ageDistribution)).toBe(ageConfidence);
        expect(age).toMatch(/^\(\d+-\d+\)$/);
      }
      const before = contents(output);

      const again = await tag(output, '--detector', detector);
      expect(again.stderr).toContain('0 tagged, 3 unchanged');
      expect(contents(output)).toEqual(before);

      const other = await tag(output, '--detector', 'res10-fp16');
      expect(other.stderr).toContain('3 tagged, 0 unchanged');
      const [first] = await recordsIn(output);
      expect(first?.run['models']).not.toBe(records[0]?.run['models']);
    },
  );

  it.skipIf(!real)('finds the face of each portrait and none in the house (needs ../shared)', async () => {
    const output = temporaryFolder();
    await tag(output, '--detector', detector);
    const csv = await readFile(path.join(output, 'faces.csv'), 'utf8');
    expect(csv).toMatch(/^astronaut\.png,ok,512,512,0,/m);
    expect(csv).toMatch(/^camera\.png,ok,512,512,0,/m);
    expect(csv).toMatch(/^home\.jpg,ok,512,384,,/m);
    expect(csv.trim().split('\n')).toHaveLength(4);
  });

  it('does not run a model whose bytes have changed', async () => {
    const file = path.join(base, 'models', 'classic', 'age_net.caffemodel');
    const good = await readFile(file);
    const bad = Buffer.from(good);
    bad[12_345_678]! ^= 1;
    await writeFile(file, bad);
    const output = temporaryFolder();
    const ran = await tag(output, '--detector', detector);
    await writeFile(file, good);
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain('age_net.caffemodel is not the file that pack "classic" needs');
    expect(ran.stderr).toContain('facetag models pull classic');
    expect(contents(output).size).toBe(0);
  });

  it('says how to install what is missing', async () => {
    const ran = await facetag([pictures, '--pack', 'classic', '--models', path.join(base, 'nothing')]);
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain(
      `facetag models pull classic --models ${path.join(base, 'nothing')}   (110 MB)`,
    );
  });

  it.skipIf(!real)('runs the same through onnxruntime once converted (needs ../shared)', async () => {
    const where = ['--models', path.join(base, 'models'), '--manifest', manifest];
    const output = temporaryFolder();
    const asked = await tag(output, '--engine', 'onnxruntime', '--detector', detector);
    expect(asked.code).toBe(2);
    expect(asked.stderr).toContain('facetag models convert classic');
    expect((await facetag(['models', 'convert', 'classic', '--detector', detector, ...where])).code).toBe(0);
    expect((await tag(output, '--engine', 'onnxruntime', '--detector', detector)).code).toBe(0);
    const opencv = temporaryFolder();
    await tag(opencv, '--detector', detector);
    const ages = async (folder: string): Promise<string[]> =>
      (await recordsIn(folder)).flatMap(({ faces }) => faces.map(({ age }) => age));
    expect(await ages(output)).toEqual(await ages(opencv));
  });
});

describe('facetag models pull', () => {
  const A = content(1);
  const CUT = 120_000;

  async function pullFrom(server: ModelServer): Promise<string[]> {
    const folder = temporaryFolder();
    const files = [modelFile('a.onnx', A), modelFile('b.onnx', A), modelFile('c.onnx', A)].map((file) => ({
      ...file,
      urls: [server.url(file.name)],
    }));
    for (const { name } of files) server.serve(name, A);
    const mine = path.join(folder, 'manifest.json');
    await writeFile(mine, JSON.stringify(fakeManifest(files)));
    return ['models', 'pull', 'fake', '--models', path.join(folder, 'models'), '--manifest', mine];
  }

  const installed = (args: string[]): string[] => [...contents(path.join(args[4]!, 'fake')).keys()];

  it('ends with 130 on SIGINT, keeps what has arrived and goes on from there', async () => {
    const server = await ModelServer.start();
    try {
      const args = await pullFrom(server);
      const pulling = new Promise<Ran>((resolve) => {
        const reached = (): void => {
          setTimeout(() => {
            run.child.kill('SIGINT');
          }, 200);
        };
        server.serve('a.onnx', A, stallAt(A, CUT, reached));
        const run = launch(args);
        void run.ended.then(resolve);
      });
      const stopped = await pulling;
      expect(stopped.code).toBe(130);
      expect(stopped.stdout).toBe('');
      expect(installed(args)).toEqual(['a.onnx.part']);
      expect((await facetag(args)).code).toBe(0);
      expect(installed(args)).toEqual(['a.onnx', 'b.onnx', 'c.onnx', 'installed.json']);
      expect(server.offsets('a.onnx')).toEqual([0, CUT]);
    } finally {
      await server.stop();
    }
  });

  it('lets two processes pull at once without fetching anything twice', async () => {
    const server = await ModelServer.start();
    try {
      const args = await pullFrom(server);
      const both = await Promise.all([facetag(args), facetag(args)]);
      expect(both.map(({ code }) => code)).toEqual([0, 0]);
      expect(server.requests).toHaveLength(3);
      expect(installed(args)).toEqual(['a.onnx', 'b.onnx', 'c.onnx', 'installed.json']);
    } finally {
      await server.stop();
    }
  });
});
