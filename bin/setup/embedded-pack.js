// @ts-check
import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { SetupError } from './error.js';
import { requirePackage } from './layout.js';
import { hashFiles, isStamped, listFiles, writeStamp } from './stamp.js';

/**
 * The embedded pack: the weights inside @vladmandic/face-api, written out as ONNX.
 * @param {string} root
 * @returns {import('./steps.js').Step}
 */
export function embeddedPack(root) {
  const outDir = path.join(root, 'models/compact');
  const convert = path.join(root, 'dist/convert');
  const stamp = path.join(outDir, '.made-from.json');
  const state = () => ({
    weights: requirePackage('@vladmandic/face-api').version,
    converter: hashFiles([
      path.join(root, 'models/manifest.json'),
      ...listFiles(convert, '.js').map((name) => path.join(convert, name)),
    ]),
    outputs: sizes(outDir),
  });
  return {
    isDone: () => isStamped(stamp, state()),
    describe: () => 'converting the embedded model pack to ONNX (a few seconds)',
    async run() {
      const { convertCompact } = await import(pathToFileURL(path.join(convert, 'convert-compact.js')).href);
      try {
        await convertCompact({ outDir });
      } catch (error) {
        if (error instanceof Error && error.name === 'FatalError') {
          throw new SetupError('MODEL_CORRUPT', error.message);
        }
        throw error;
      }
      writeStamp(stamp, state());
    },
  };
}

/**
 * Name and size in bytes of each model, so that one that is missing or cut short is noticed without reading it.
 * @param {string} folder
 * @returns {Record<string, number>}
 */
function sizes(folder) {
  if (!existsSync(folder)) return {};
  const models = readdirSync(folder).filter((name) => name.endsWith('.onnx'));
  return Object.fromEntries(models.sort().map((name) => [name, statSync(path.join(folder, name)).size]));
}
