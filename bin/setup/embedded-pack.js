// @ts-check
import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { requirePackage } from './layout.js';
import { hashFiles, isStamped, listFiles, writeStamp } from './stamp.js';

/**
 * The embedded pack: the weights inside @vladmandic/face-api, written out as ONNX.
 * @param {string} root
 * @returns {import('./steps.js').Step}
 */
export function embeddedPack(root) {
  const outDir = path.join(root, 'models/compact');
  const converter = path.join(root, 'dist/packs/compact');
  const stamp = path.join(outDir, '.made-from.json');
  const state = () => ({
    weights: requirePackage('@vladmandic/face-api').version,
    converter: hashFiles(listFiles(converter, '.js').map((name) => path.join(converter, name))),
    outputs: sizes(outDir),
  });
  return {
    isDone: () => isStamped(stamp, state()),
    describe: () => 'converting the embedded model pack to ONNX (a few seconds)',
    async run() {
      // Until the pack's converter exists.
      if (!existsSync(path.join(converter, 'convert.js'))) return;
      const { convertCompact } = await import(pathToFileURL(path.join(converter, 'convert.js')).href);
      await convertCompact({ outDir });
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
