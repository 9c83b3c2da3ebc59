import { createHash } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFolderLock } from '../../src/adapters/folder-lock.js';
import { loadOnnxRuntime } from '../../src/adapters/onnxruntime.js';
import { loadOpenCv } from '../../src/adapters/opencv.js';
import { createPictures } from '../../src/adapters/sharp.js';
import { convertModels } from '../../src/commands/models.js';
import type { ModelsContext } from '../../src/commands/models.js';
import { toAttributes } from '../../src/core/estimates.js';
import { buildPack } from '../../src/nets/build.js';
import { loadManifest } from '../../src/packs/manifest.js';
import type { Manifest } from '../../src/packs/spec.js';
import { resolvePack } from '../../src/packs/store.js';
import type { Store } from '../../src/packs/store.js';
import type { Engine } from '../../src/ports.js';
import type { BoundingBox, Face, Raster } from '../../src/types.js';
import { writeClassicModels } from './caffe/classic-models.js';
import { repository, shared } from '../shared.js';

const lock = createFolderLock({ poll: 10 });
/** The sizes that a detector of random weights gives are infinite, which fails a picture. */
const real = shared('models/opencv_face_detector_uint8.pb') !== undefined;
const photos = shared('photos') ?? path.join(repository, 'fixtures', 'images');
const detectors = real ? ['res10', 'res10-fp16', 'res10-uint8'] : ['res10', 'res10-fp16'];

let models: string;
let store: Store;
let told: string[];

beforeAll(async () => {
  models = await mkdtemp(path.join(tmpdir(), 'facetag-convert-'));
  await writeClassicModels(path.join(models, 'classic'));
  store = { manifest: await manifestOfWhatIsThere(), modelsDir: models, packageRoot: repository };
});

afterAll(async () => {
  await rm(models, { recursive: true, force: true });
});

/** The shipped pack with sizes and hashes of the files that were made here. */
async function manifestOfWhatIsThere(): Promise<Manifest> {
  const {
    schemaVersion,
    packs: { classic },
  } = await loadManifest({ packageRoot: repository });
  const there = await readdir(path.join(models, 'classic'));
  const files = await Promise.all(
    classic!.files.map(async (file) => {
      if (!there.includes(file.name)) return file;
      const data = await readFile(path.join(models, 'classic', file.name));
      return { ...file, bytes: data.length, sha256: createHash('sha256').update(data).digest('hex') };
    }),
  );
  return { schemaVersion, packs: { classic: { ...classic!, files } } };
}

async function convert(detector?: string): Promise<string[]> {
  told = [];
  const context: ModelsContext = { store, write: () => Promise.resolve(), tell: (line) => told.push(line) };
  await convertModels(
    context,
    { pack: 'classic', ...(detector === undefined ? {} : { detector }) },
    { lock },
  );
  return told;
}

/** @param boxes whose attributes are estimated; those that were detected when absent. */
async function facesIn(
  engine: Engine,
  detector: string,
  raster: Raster,
  boxes?: readonly BoundingBox[],
): Promise<Face[]> {
  const { lanePack } = await resolvePack(store, {
    pack: 'classic',
    detector,
    engine: engine.name,
    padding: 0.1,
  });
  const { imaging } = opencv;
  const pack = await buildPack(lanePack, { imaging, engine, minConfidence: 0.3 });
  const detections = await pack.detector.detect(raster);
  const estimates = await pack.attributes.estimate(raster, boxes ?? detections.map(({ box }) => box));
  return detections.map((detection, i) => ({ ...detection, attributes: toAttributes(estimates[i]!) }));
}

const opencv = loadOpenCv();
const onnxruntime = await loadOnnxRuntime();

describe('models convert', () => {
  it('is asked for by a run that needs it', async () => {
    const run = resolvePack({ ...store, flags: ' --models x' }, { pack: 'classic', engine: 'onnxruntime' });
    await expect(run).rejects.toMatchObject({ code: 'MODEL_MISSING' });
    await expect(run).rejects.toThrow('Make it with: facetag models convert classic --models x');
  });

  it('converts the nets of one detector, then only what is missing, then nothing', async () => {
    expect(await convert('res10')).toEqual([
      'res10_300x300_ssd_iter_140000.caffemodel: converted to res10_300x300_ssd_iter_140000.onnx',
      'gender_net.caffemodel: converted to gender_net.onnx',
      'age_net.caffemodel: converted to age_net.onnx',
    ]);
    const lines = await convert();
    expect(lines.filter((line) => line.includes('converted'))).toHaveLength(detectors.length - 1);
    expect((await convert()).every((line) => line.endsWith('up to date'))).toBe(true);
  });

  it('writes the same bytes each time', async () => {
    const file = path.join(models, 'classic', 'gender_net.onnx');
    const before = await readFile(file);
    await rm(file);
    await convert();
    expect((await readFile(file)).equals(before)).toBe(true);
  });

  it('makes a damaged file again, and accepts a copied one', async () => {
    const file = path.join(models, 'classic', 'res10_300x300_ssd_iter_140000.onnx');
    const good = await readFile(file);
    await utimes(file, new Date(0), new Date(0));
    await expect(resolvePack(store, { pack: 'classic', engine: 'onnxruntime' })).resolves.toBeDefined();
    const bad = Buffer.from(good);
    bad[5000]! ^= 1;
    await writeFile(file, bad);
    // The mtime that was checked last, so that only the ctime tells.
    await utimes(file, new Date(0), new Date(0));
    await expect(resolvePack(store, { pack: 'classic', engine: 'onnxruntime' })).rejects.toThrow(
      'models convert',
    );
    await convert();
    expect((await readFile(file)).equals(good)).toBe(true);
    expect((await stat(file)).size).toBe(good.length);
  });

  it.skipIf(!real).each(detectors)(
    '%s: the same faces through onnxruntime as through OpenCV (needs ../shared)',
    async (detector) => {
      await convert(detector);
      const decoder = createPictures();
      let faces = 0;
      for (const name of ['astronaut.png', 'camera.png', 'group-1.jpg', 'group-6.jpg']) {
        const data = await readFile(path.join(photos, name));
        const { raster } = await decoder.decode(data, {
          maxDim: 720,
          maxPixels: 1e7,
          maxMemory: 2e9,
          thorough: false,
        });
        const expected = await facesIn(opencv.engine, detector, raster);
        // The same boxes for the attribute nets: a hundredth of a pixel, which OpenCV's choice of convolution algorithms
        // is worth (Winograd from 4.7 on), may round a crop to other pixels.
        const boxes = expected.map(({ box }) => box);
        const found = await facesIn(onnxruntime, detector, raster, boxes);
        faces += found.length;
        expect(found.length, name).toBe(expected.length);
        for (const [i, face] of found.entries()) {
          const other = expected[i]!;
          expect(Math.abs(face.confidence - other.confidence)).toBeLessThan(1e-3);
          for (const side of ['x1', 'y1', 'x2', 'y2'] as const) {
            expect(Math.abs(face.box[side] - other.box[side])).toBeLessThan(0.05);
          }
          expect(face.attributes.gender).toBe(other.attributes.gender);
          face.attributes.ageDistribution?.forEach((share, group) => {
            expect(Math.abs(share - other.attributes.ageDistribution![group]!)).toBeLessThan(1e-5);
          });
        }
      }
      expect(faces).toBeGreaterThan(0);
    },
  );

  it('refuses what is not installed and what nobody knows', async () => {
    const empty = { ...store, modelsDir: path.join(models, 'elsewhere') };
    const context: ModelsContext = { store: empty, write: () => Promise.resolve(), tell: () => undefined };
    await expect(convertModels(context, { pack: 'classic' }, { lock })).rejects.toThrow(
      'facetag models pull classic',
    );
    await expect(convert('other')).rejects.toThrow('for --detector, received "other"');
  });
});
