/**
 * The peer: face-api 1.7 on tfjs's WebAssembly back end, as a program of its own.
 *
 * Usage: node face-api-wasm.js <folder with node_modules> <list of pictures>
 * stdout: one JSON line a picture. stderr, at the end: one JSON line with the settings and the median times.
 *
 * Its packages are not facetag's dependencies: the bench installs them into a scratch folder and names it here.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';

const [folder = '', list = ''] = process.argv.slice(2);
const peers = createRequire(path.join(folder, 'package.json'));
const tf = peers('@tensorflow/tfjs');
const wasm = peers('@tensorflow/tfjs-backend-wasm');
const sharp = peers('sharp');
const faceapi = peers(peers.resolve('@vladmandic/face-api/dist/face-api.node-wasm.js'));

async function start() {
  wasm.setWasmPaths(`${path.dirname(peers.resolve('@tensorflow/tfjs-backend-wasm/package.json'))}/dist/`);
  await tf.setBackend('wasm');
  await tf.ready();
  const models = path.join(
    path.dirname(peers.resolve('@vladmandic/face-api/dist/face-api.node-wasm.js')),
    '../model',
  );
  await faceapi.nets.ssdMobilenetv1.loadFromDisk(models);
  await faceapi.nets.ageGenderNet.loadFromDisk(models);
}

/**
 * The package's own way: the whole picture as a tensor; it scales by itself.
 * @param {string} file
 */
async function decode(file) {
  const { data, info } = await sharp(file)
    .rotate()
    .toColourspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return tf.tensor3d(
    new Uint8Array(data.buffer, data.byteOffset, data.length),
    [info.height, info.width, 3],
    'int32',
  );
}

/** @param {string} file */
async function tag(file) {
  const before = performance.now();
  const tensor = await decode(file);
  const decoded = performance.now();
  const faces = await faceapi
    .detectAllFaces(tensor, new faceapi.SsdMobilenetv1Options({ minConfidence: 0.5 }))
    .withAgeAndGender();
  tensor.dispose();
  return { faces, decodeMs: decoded - before, netsMs: performance.now() - decoded };
}

/** @param {any} face as face-api gives it */
function record({ detection, age, gender, genderProbability }) {
  const { x, y, width, height } = detection.box;
  return {
    bbox: [x, y, width, height].map(Math.round),
    confidence: detection.score,
    gender,
    genderConfidence: genderProbability,
    ageYears: age,
  };
}

/** @param {readonly number[]} values */
const middle = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

const begin = performance.now();
await start();
const startMs = performance.now() - begin;
const times = [];
for (const file of readFileSync(list, 'utf8').split('\n').filter(Boolean)) {
  const { faces, ...time } = await tag(file);
  times.push(time);
  process.stdout.write(`${JSON.stringify({ image: path.basename(file), faces: faces.map(record) })}\n`);
}
const summary = {
  backend: tf.getBackend(),
  simd: await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT'),
  threads: await tf.env().getAsync('WASM_HAS_MULTITHREAD_SUPPORT'),
  tfjs: tf.version_core,
  faceApi: faceapi.version,
  startMs,
  decodeMs: middle(times.map((time) => time.decodeMs)),
  netsMs: middle(times.map((time) => time.netsMs)),
  peakMb: process.resourceUsage().maxRSS / 1024,
};
process.stderr.write(`${JSON.stringify(summary)}\n`);
