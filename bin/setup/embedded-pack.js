// @ts-check
import { readFileSync } from 'node:fs';
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
    describe: () => 'converting the embedded model pack to ONNX (a few seconds)',
    async run() {
      const converter = path.join(root, 'dist/run/convert-compact.js');
      const { convertCompact } = await import(pathToFileURL(converter).href);
      try {
        await convertCompact({ outDir });
      } catch (error) {
        if (error instanceof Error && error.name === 'FatalError') {
          throw new SetupError('MODEL_CORRUPT', error.message);
        }
        throw error;
      }
    },
  };
}

/**
 * @param {string} root
 * @returns {{ name: string, sha256: string }[]}
 */
function pinnedFiles(root) {
  const manifest = JSON.parse(readFileSync(path.join(root, 'models/manifest.json'), 'utf8'));
  return manifest.packs.compact.files;
}
