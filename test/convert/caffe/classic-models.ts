import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseCaffeNet } from '../../../src/convert/caffe/caffe-net.js';
import type { CaffeNet } from '../../../src/convert/caffe/caffe-net.js';
import { readTensorflowWeights } from '../../../src/convert/caffe/tensorflow-weights.js';
import { chooseAttributes } from '../../../src/packs/choose-attributes.js';
import { attributeNets, findDetector, loadManifest } from '../../../src/packs/manifest.js';
import { resolveNetFiles } from '../../../src/packs/net-files.js';
import type { LanePack } from '../../../src/types.js';
import { repository, shared } from '../../shared.js';
import { writeCaffeModel } from './caffemodel.js';
import { randomWeights } from './random-weights.js';

/** Sizes of the original files. */
const BYTES = { gender: 45_649_168, age: 45_661_480 };

export async function definition(name: 'res10' | 'gender_net' | 'age_net'): Promise<CaffeNet> {
  return parseCaffeNet(
    await readFile(path.join(repository, 'models', 'classic', `${name}.prototxt`), 'utf8'),
  );
}

/** gender_net.caffemodel with random weights at the original's exact size, in the form of its time. */
export async function genderModel(seed = 11): Promise<Uint8Array> {
  const net = await definition('gender_net');
  return writeCaffeModel(net, randomWeights(net, seed), { form: 'v1', bytes: BYTES.gender });
}

/** age_net.caffemodel with random weights at the original's exact size, in today's form. */
export async function ageModel(seed = 12): Promise<Uint8Array> {
  const net = await definition('age_net');
  return writeCaffeModel(net, randomWeights(net, seed), { form: 'v2', bytes: BYTES.age });
}

/** The detector: its real weights, taken from the 8-bit form, where that is at hand; random ones otherwise. */
async function res10Model(
  form: 'v2' | 'fp16' = 'v2',
  seed = 13,
): Promise<{ bytes: Uint8Array; real: boolean }> {
  const net = await definition('res10');
  const quantised = shared('models/opencv_face_detector_uint8.pb');
  const weights = quantised
    ? readTensorflowWeights(await readFile(quantised), net)
    : randomWeights(net, seed);
  return { bytes: writeCaffeModel(net, weights, { form }), real: quantised !== undefined };
}

/** Writes all models of the classic pack that can be made here into a folder. */
export async function writeClassicModels(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const put = (name: string, bytes: Uint8Array): Promise<void> => writeFile(path.join(folder, name), bytes);
  await put('gender_net.caffemodel', await genderModel());
  await put('age_net.caffemodel', await ageModel());
  await put('res10_300x300_ssd_iter_140000.caffemodel', (await res10Model('v2')).bytes);
  await put('res10_300x300_ssd_iter_140000_fp16.caffemodel', (await res10Model('fp16')).bytes);
  for (const name of ['opencv_face_detector_uint8.pb', 'opencv_face_detector.pbtxt']) {
    const real = shared(`models/${name}`);
    if (real) await put(name, await readFile(real));
  }
}

/** The shipped classic pack over files made here, as a lane gets it, and the same files as reference.py takes them. */
export async function classicPack(
  folder: string,
  detector: string,
): Promise<{ lanePack: LanePack; reference: Record<'detector' | 'gender' | 'age', [string, string]> }> {
  const spec = chooseAttributes((await loadManifest({ packageRoot: repository })).packs['classic']!);
  const chosen = findDetector(spec, detector);
  const engine = { engine: 'opencv', precision: 'fp32' } as const;
  const { nets } = await resolveNetFiles([chosen.net, ...attributeNets(spec)], engine, {
    folder,
    folderOf: () => folder,
    files: spec.files,
    packageRoot: repository,
    remedy: () => '',
  });
  const pair = (name: string): [string, string] => [nets[name]!.weights, nets[name]!.definition!];
  return {
    lanePack: { name: 'classic', detector, nets, spec },
    reference: {
      detector: pair(chosen.net.weights),
      gender: pair('gender_net.caffemodel'),
      age: pair('age_net.caffemodel'),
    },
  };
}
