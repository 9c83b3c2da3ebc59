// @ts-check
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { SetupError } from './error.js';
import { hashContent } from './stamp.js';

/**
 * The embedded pack: the weights inside @vladmandic/face-api, written out as ONNX. The manifest pins the bytes of the
 * result, so they are what tells whether it is there: a stamp would still say yes when a byte of a model has flipped.
 * @param {string} root
 * @returns {import('./steps.js').Step}
 */
export function embeddedPack(root) {
  const outDir = path.join(root, 'models/compact');
  return {
    isDone: () =>
      pinnedFiles(root).every(({ name, sha256 }) => hashContent(path.join(outDir, name)) === sha256),
    describe: () => 'converting the embedded model pack to ONNX',
    async run() {
      const { convertCompact } = await program(root, 'convert-compact');
      await orSetupError(() => convertCompact({ outDir }));
    },
  };
}

/**
 * The int8 forms of the embedded pack, where ONNX Runtime is there to run them. Those that somebody made with pictures of
 * their own are left alone.
 * @param {string} root
 * @returns {import('./steps.js').Step}
 */
export function int8Forms(root) {
  const outDir = path.join(root, 'models/compact');
  return {
    isDone: () =>
      !hasOnnxRuntime(root) || areCurrent(outDir, readFiles(path.join(root, 'models/compact-int8.json'))),
    describe: () => 'making int8 forms of the embedded pack',
    async run() {
      const { quantiseCompact } = await program(root, 'quantise-compact');
      await orSetupError(() => quantiseCompact({ outDir }));
    },
  };
}

/** @param {string} root */
function hasOnnxRuntime(root) {
  try {
    createRequire(path.join(root, 'package.json')).resolve('onnxruntime-node/package.json');
    return true;
  } catch {
    return false;
  }
}

/**
 * @typedef {{ source: string, converter: number, sha256: string }} Made
 * @param {string} outDir
 * @param {Record<string, Made>} wanted
 */
function areCurrent(outDir, wanted) {
  const known = readFiles(path.join(outDir, 'quantized.json'));
  return Object.entries(wanted).every(([name, { source, converter }]) => {
    const made = known[name];
    if (made?.source !== source || made.converter !== converter) return false;
    return hashContent(path.join(outDir, name)) === made.sha256;
  });
}

/**
 * @param {string} file
 * @returns {Record<string, Made>} None where there is no such file, or not in JSON.
 */
function readFiles(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).files ?? {};
  } catch {
    return {};
  }
}

/**
 * @param {string} root
 * @param {string} name
 */
async function program(root, name) {
  return await import(pathToFileURL(path.join(root, 'dist/run', `${name}.js`)).href);
}

/** @param {() => Promise<unknown>} work */
async function orSetupError(work) {
  try {
    await work();
  } catch (error) {
    if (error instanceof Error && error.name === 'FatalError') {
      throw new SetupError('MODEL_CORRUPT', error.message);
    }
    throw error;
  }
}

/**
 * @param {string} root
 * @returns {{ name: string, sha256: string }[]}
 */
function pinnedFiles(root) {
  const manifest = JSON.parse(readFileSync(path.join(root, 'models/manifest.json'), 'utf8'));
  return manifest.packs.compact.files;
}
