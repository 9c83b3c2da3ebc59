// @ts-check
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { availableParallelism, freemem } from 'node:os';
import path from 'node:path';
import { findPackage, requirePackage } from './layout.js';
import { library, MODULES } from './opencv.js';
import { npmCommand } from './process.js';
import { listFiles } from './stamp.js';

/** Memory for one compiler process. */
const BYTES_PER_JOB = 600e6;

/**
 * node-gyp's build file.
 * @param {{ sources: readonly string[], nan: string, openCv: import('./opencv.js').OpenCv }} parts `sources`, `nan`: relative to the workshop.
 */
function buildFile({ sources, nan, openCv }) {
  return {
    targets: [
      {
        target_name: 'opencv4nodejs',
        sources,
        // `include` comes first: its opencv_modules.hpp names the modules to bind.
        include_dirs: ['include', openCv.includeDir, '../cc', '../cc/core', '../cc/native-node-utils', nan],
        libraries: [
          ...MODULES.map((module) => library(openCv.libDir, module)),
          `-Wl,-rpath,${openCv.libDir}`,
        ],
        'cflags!': ['-fno-exceptions'],
        'cflags_cc!': ['-fno-exceptions', '-fno-rtti'],
        // The binding passes pixels to OpenCV, which is where the time goes: -O1 halves the compile time.
        cflags_cc: ['-w', '-O1'],
      },
    ],
  };
}

/**
 * Makes the folder to build in, beside the binding's sources.
 * @param {string} workshop
 * @param {string} binding The binding's folder.
 * @param {import('./opencv.js').OpenCv} openCv
 */
export function prepareWorkshop(workshop, binding, openCv) {
  rmSync(workshop, { recursive: true, force: true });
  const modulesHeader = path.join(workshop, 'include/opencv2/opencv_modules.hpp');
  mkdirSync(path.dirname(modulesHeader), { recursive: true });
  writeFileSync(
    modulesHeader,
    MODULES.map((module) => `#define HAVE_OPENCV_${module.toUpperCase()}\n`).join(''),
  );
  const sources = sourcesOf(binding);
  const nan = path.relative(workshop, requirePackage('nan', binding).folder);
  writeFileSync(
    path.join(workshop, 'binding.gyp'),
    JSON.stringify(buildFile({ sources, nan, openCv }), null, 2),
  );
}

/**
 * The binding's sources for the modules in use.
 * @param {string} binding Its folder.
 * @returns {string[]} Relative to the workshop.
 */
function sourcesOf(binding) {
  return ['.', 'core', 'imgproc', 'dnn'].flatMap((folder) =>
    readdirSync(path.join(binding, 'cc', folder))
      .filter((name) => name.endsWith('.cc'))
      .map((name) => path.posix.join('../cc', folder, name)),
  );
}

/**
 * How far the build is.
 * @param {string} workshop
 * @param {string} binding The binding's folder.
 * @returns {string} `12 of 42 files`
 */
export function buildProgress(workshop, binding) {
  const built = listFiles(path.join(workshop, 'build'), '.o').length;
  return `${built} of ${sourcesOf(binding).length} files`;
}

/**
 * node-gyp of the binding's own choice, or the one inside npm.
 * @param {string} binding The binding's folder.
 * @returns {string} Its script.
 */
export function nodeGyp(binding) {
  const own = findPackage('node-gyp', binding);
  if (own !== undefined) return path.join(own.folder, 'bin/node-gyp.js');
  const [, npm] = npmCommand();
  const bundled =
    npm === undefined ? undefined : path.resolve(npm, '../../node_modules/node-gyp/bin/node-gyp.js');
  if (bundled !== undefined && existsSync(bundled)) return bundled;
  return path.join(requirePackage('node-gyp', binding).folder, 'bin/node-gyp.js');
}

/**
 * Node's own headers, where they came with it; otherwise node-gyp downloads them.
 * @param {{ execPath: string, version: string }} node
 * @returns {string | undefined} As for `--nodedir`.
 */
export function installedHeaders({ execPath, version }) {
  const folder = path.resolve(realpathSync(execPath), '../..');
  try {
    const header = readFileSync(path.join(folder, 'include/node/node_version.h'), 'utf8');
    const part = (/** @type {string} */ name) =>
      new RegExp(`#define NODE_${name}_VERSION (\\d+)`).exec(header)?.[1];
    return `v${part('MAJOR')}.${part('MINOR')}.${part('PATCH')}` === version ? folder : undefined;
  } catch {
    return undefined;
  }
}

/** Compiler processes at once: as many as there are cores and memory for. */
export function jobs() {
  return Math.max(1, Math.min(availableParallelism(), Math.floor(freemem() / BYTES_PER_JOB)));
}
