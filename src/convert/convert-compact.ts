import { createHash } from 'node:crypto';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { FatalError } from '../errors.js';
import { findPack, loadManifest } from '../packs/manifest.js';
import type { ModelFile } from '../packs/spec.js';
import { inspectFile } from '../packs/inspect-file.js';
import { faceApiFolder } from './face-api-package.js';
import type { TfjsWeights } from './tfjs/decode-weights.js';
import { faceExpressionGraph } from './tfjs/face-expression-graph.js';
import { landmark68TinyGraph } from './tfjs/landmark-68-tiny-graph.js';
import { replaceFile } from '../packs/replace-file.js';
import { ssdMobilenetGraph } from './tfjs/ssd-mobilenet-graph.js';
import { readTfjsWeights } from './tfjs/tfjs-weights.js';
import type { TfjsSource } from './tfjs/tfjs-weights.js';
import { tinyXceptionGraph } from './tfjs/tiny-xception-graph.js';
import { makeFolders } from '../packs/make-folders.js';

interface ConvertOptions {
  /** Where the `.onnx` files go; made when missing. */
  readonly outDir: string;
  /** The folder of face-api's model files; found in node_modules when absent. */
  readonly modelDir?: string;
}

interface Conversion {
  /** Name of the result in the manifest. */
  readonly output: string;
  /** The model file and the sha256 that it has in @vladmandic/face-api 1.7.15. */
  readonly source: TfjsSource;
  readonly graph: (weights: TfjsWeights) => Uint8Array;
}

const conversions: readonly Conversion[] = [
  {
    output: 'face-detector-ssd-mobilenetv1.onnx',
    source: {
      name: 'ssd_mobilenetv1_model',
      sha256: '2835640602d53718aa6ae9a42896327eaa21beefed056c218d32ca7d79e1e2f8',
    },
    graph: ssdMobilenetGraph,
  },
  {
    output: 'age-gender-tiny-xception.onnx',
    source: {
      name: 'age_gender_model',
      sha256: '49f92bbc0afef2342c4385e4a2b0acb6d7a727c6f0aa539499719a81acf9abaa',
    },
    graph: tinyXceptionGraph,
  },
  {
    output: 'landmark-68-tiny.onnx',
    source: {
      name: 'face_landmark_68_tiny_model',
      sha256: 'b98e9f2f7da76f8a6dda9741a36ed485b224b889d552de2b2c1bb16217f67bfc',
    },
    graph: landmark68TinyGraph,
  },
  {
    output: 'face-expression.onnx',
    source: {
      name: 'face_expression_model',
      sha256: '9a9840f2cf1f4c7eab95f197512569345c00d2426754d4608b92af30e0300f3d',
    },
    graph: faceExpressionGraph,
  },
];

const packageRoot = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Writes the compact pack's nets as ONNX. A file that is right already is left alone; each is replaced as a whole.
 * @returns names of the files that were written.
 * @throws {FatalError} MODEL_CORRUPT naming the file when the package's weights are missing or not those of 1.7.15, or
 * when a result is not what `models/manifest.json` pins.
 */
export async function convertCompact(options: ConvertOptions): Promise<readonly string[]> {
  const { files } = findPack(await loadManifest({ packageRoot }), 'compact');
  const modelDir = options.modelDir ?? path.join(faceApiFolder(), 'model');
  makeFolders(options.outDir);
  const written: string[] = [];
  for (const conversion of conversions) {
    const pinned = files.find(({ name }) => name === conversion.output);
    if (pinned === undefined) throw new FatalError('INTERNAL', `The manifest lacks ${conversion.output}`);
    const target = path.join(options.outDir, pinned.name);
    if ((await inspectFile(target, pinned)).state === 'ok') continue;
    const model = conversion.graph(await readTfjsWeights(modelDir, conversion.source));
    assertPinned(model, pinned, modelDir);
    await replaceFile(target, model);
    written.push(pinned.name);
  }
  return written;
}

function assertPinned(model: Uint8Array, pinned: ModelFile, modelDir: string): void {
  const sha256 = createHash('sha256').update(model).digest('hex');
  if (sha256 === pinned.sha256 && model.length === pinned.bytes) return;
  throw new FatalError(
    'MODEL_CORRUPT',
    `${pinned.name}, made of ${modelDir}, has ${model.length} bytes and sha256 ${sha256}, ` +
      `not ${pinned.bytes} bytes and ${pinned.sha256}. Reinstall @vladmandic/face-api 1.7.15.`,
  );
}
