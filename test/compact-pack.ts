import path from 'node:path';
import { loadOpenCv } from '../src/adapters/opencv.js';
import { buildPack } from '../src/nets/build.js';
import type { BuiltPack } from '../src/nets/build.js';
import { convertCompact } from '../src/convert/convert-compact.js';
import { USUAL_ATTRIBUTES, type AttributeChoice } from '../src/config.js';
import { chooseAttributes } from '../src/packs/choose-attributes.js';
import { findPack, loadManifest } from '../src/packs/manifest.js';
import type { PackSpec } from '../src/packs/spec.js';
import type { Engine, Imaging } from '../src/ports.js';
import { repository } from './shared.js';

/** Where set-up keeps the embedded pack; git ignores it. */
const outDir = path.join(repository, 'models', 'compact');

export const modelFile = {
  detector: path.join(outDir, 'face-detector-ssd-mobilenetv1.onnx'),
  ageGender: path.join(outDir, 'age-gender-tiny-xception.onnx'),
  landmarks: path.join(outDir, 'landmark-68-tiny.onnx'),
  expression: path.join(outDir, 'face-expression.onnx'),
};

/** Makes the pack's files unless set-up has done so. */
export async function compactSpec(): Promise<PackSpec> {
  await convertCompact({ outDir });
  return findPack(await loadManifest({ packageRoot: repository }), 'compact');
}

export interface CompactPack extends BuiltPack {
  readonly spec: PackSpec;
  readonly imaging: Imaging;
  readonly engine: Engine;
}

/** The compact pack as a lane has it, on OpenCV or another engine. */
export async function compactPack(
  other?: Engine,
  attributes: readonly AttributeChoice[] = USUAL_ATTRIBUTES,
): Promise<CompactPack> {
  const spec = chooseAttributes(await compactSpec(), attributes);
  const { imaging, engine: openCv } = loadOpenCv();
  const engine = other ?? openCv;
  const nets = Object.fromEntries(
    spec.files.map(({ name }) => [name, { format: 'onnx', weights: path.join(outDir, name) } as const]),
  );
  const pack = { name: 'compact', detector: spec.defaultDetector, nets, spec };
  const built = await buildPack(pack, { imaging, engine, minConfidence: 0.5 });
  return { ...built, spec, imaging, engine };
}
