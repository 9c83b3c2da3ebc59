import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Manifest, ModelFile } from '../../src/packs/spec.js';
import { writeClassicModels } from '../convert/caffe/classic-models.js';
import { repository, shared } from '../shared.js';
import { facetagBin } from './contenders.js';

/** The classic nets, made here: dense nets take the same time whatever their weights. */
export interface ClassicModels {
  /** For `--models`. */
  readonly folder: string;
  /** For `--manifest`: the shipped pack with the hashes of these files. */
  readonly manifest: string;
  /** Flags by which reference.py finds the same files. */
  readonly reference: readonly string[];
  /** What the reader of the figures should know of the weights. */
  readonly remark: string;
}

const DETECTOR = 'res10_300x300_ssd_iter_140000.caffemodel';

/** Writes the nets into the scratch folder, unless they are there, and converts them for onnxruntime. */
export async function makeClassicModels(scratch: string): Promise<ClassicModels> {
  const folder = path.join(scratch, 'models');
  const pack = path.join(folder, 'classic');
  const manifest = path.join(scratch, 'manifest.json');
  if (!existsSync(manifest)) await writeClassicModels(pack);
  // Always: the shipped pack may say something else by now. (An old one had four faces a pass where two are shipped.)
  writeFileSync(manifest, describe(pack));
  // When it fails, the contenders that need its result say so.
  spawnSync(
    process.execPath,
    [facetagBin, 'models', 'convert', 'classic', '--models', folder, '--manifest', manifest],
    { stdio: 'ignore' },
  );
  const detector = shared('models/opencv_face_detector_uint8.pb')
    ? 'the real detector (brought from its 8-bit form to Caffe)'
    : 'a random detector, which finds no faces';
  const definitions = path.join(repository, 'models/classic');
  return {
    folder,
    manifest,
    reference: [
      ...['--detector', path.join(pack, DETECTOR), path.join(definitions, 'res10.prototxt')],
      ...[
        '--gender',
        path.join(pack, 'gender_net.caffemodel'),
        path.join(definitions, 'gender_net.prototxt'),
      ],
      ...['--age', path.join(pack, 'age_net.caffemodel'), path.join(definitions, 'age_net.prototxt')],
    ],
    remark: `The classic nets are ${detector} and attribute nets of the exact topology with random weights`,
  };
}

/** The shipped manifest's classic pack, with size and hash of the files in a folder. */
function describe(folder: string): string {
  const shipped = JSON.parse(readFileSync(path.join(repository, 'models/manifest.json'), 'utf8')) as Manifest;
  const { classic } = shipped.packs;
  if (!classic) throw new Error('models/manifest.json has no pack classic');
  const files = classic.files.map((file): ModelFile => {
    const full = path.join(folder, file.name);
    if (!existsSync(full)) return file;
    const bytes = readFileSync(full);
    return { ...file, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
  });
  return JSON.stringify(
    { schemaVersion: shipped.schemaVersion, packs: { classic: { ...classic, files } } },
    undefined,
    2,
  );
}
