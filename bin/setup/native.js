// @ts-check
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { SetupError } from './error.js';
import { findPackage, requirePackage } from './layout.js';
import { buildProgress, installedHeaders, jobs, nodeGyp, prepareWorkshop } from './node-gyp.js';
import { findOpenCv } from './opencv.js';
import { runLogged } from './process.js';
import { hashContent, isStamped, readStamp, writeStamp } from './stamp.js';
import { openCvPrefix } from './system-packages.js';
import { isSupportedOpenCv } from './versions.js';

/*
 * The binding is compiled slim: only its sources for core, imgproc and dnn, with a build file of our own, in a folder
 * beside its own build folder. The finished addon moves to build/Release in one rename, so lanes that run meanwhile
 * keep theirs and an interrupted build leaves nothing that looks finished.
 */

const BINDING = '@u4/opencv4nodejs';

/** Raise when the way of building changes. */
const RECIPE = 1;

/** @param {string} folder The binding's. */
function paths(folder) {
  const release = path.join(folder, 'build/Release');
  const workshop = path.join(folder, 'facetag-build');
  return {
    addon: path.join(release, 'opencv4nodejs.node'),
    stamp: path.join(release, 'facetag.json'),
    workshop,
    built: path.join(workshop, 'build/Release/opencv4nodejs.node'),
  };
}

/**
 * What a build depends on, and the bytes that came out: an addon that was damaged is made again.
 * @param {{ version: string, libraries: readonly string[] }} openCv
 * @param {{ folder: string, version: string }} binding
 */
function buildKey({ version, libraries }, binding) {
  const { platform, arch, versions } = process;
  return {
    recipe: RECIPE,
    platform,
    arch,
    abi: versions.modules,
    binding: binding.version,
    openCv: version,
    libraries: [...libraries],
    addon: hashContent(paths(binding.folder).addon),
  };
}

function supportedOpenCv() {
  return findOpenCv({ prefix: openCvPrefix() }).find(({ version }) => isSupportedOpenCv(version));
}

/**
 * Is there an undamaged addon that fits this Node, this binding and the OpenCV that is installed?
 * @param {{ folder: string, version: string } | undefined} [binding]
 */
export function isBuilt(binding = findPackage(BINDING)) {
  if (binding === undefined) return false;
  const { addon, stamp } = paths(binding.folder);
  if (!existsSync(addon)) return false;
  const openCv = supportedOpenCv();
  if (openCv !== undefined) return isStamped(stamp, buildKey(openCv, binding));
  // The -dev packages may have been removed after the build: the libraries are what running needs.
  const made = /** @type {{ openCv?: unknown, libraries?: unknown } | undefined} */ (readStamp(stamp));
  if (typeof made?.openCv !== 'string' || !Array.isArray(made.libraries)) return false;
  const { openCv: version, libraries } = made;
  return (
    libraries.every((file) => existsSync(file)) && isStamped(stamp, buildKey({ version, libraries }, binding))
  );
}

/**
 * Says of the addon that is there what it was built with.
 * @param {{ folder: string, version: string }} binding
 * @param {{ version: string, libraries: readonly string[] }} openCv
 */
export function stampAddon(binding, openCv) {
  writeStamp(paths(binding.folder).stamp, buildKey(openCv, binding));
}

/** @param {number} lock */
async function build(lock) {
  const binding = requirePackage(BINDING);
  const openCv = supportedOpenCv();
  if (openCv === undefined) throw new SetupError('OPENCV_MISSING', 'OpenCV vanished during the set-up.');
  const { workshop, built, addon, stamp } = paths(binding.folder);
  prepareWorkshop(workshop, binding.folder, openCv);
  const headers = installedHeaders(process);
  await runLogged(
    [
      ...[process.execPath, nodeGyp(binding.folder), 'rebuild', `--jobs=${jobs()}`],
      ...(headers === undefined ? [] : [`--nodedir=${headers}`]),
    ],
    { cwd: workshop, lock, failure: { code: 'BUILD_FAILED', what: 'The native build' } },
  );
  await runLogged([process.execPath, '-e', `require(${JSON.stringify(built)}).readNetFromONNX.call`], {
    failure: { code: 'BUILD_FAILED', what: 'Loading the built addon' },
  });
  mkdirSync(path.dirname(addon), { recursive: true });
  rmSync(stamp, { force: true });
  renameSync(built, addon);
  stampAddon(binding, openCv);
  rmSync(workshop, { recursive: true, force: true });
}

/** @returns {import('./steps.js').Step} */
export function nativeBinding() {
  return {
    isDone: () => isBuilt(),
    describe: () =>
      `compiling the OpenCV ${supportedOpenCv()?.version} binding for Node ${process.versions.node.split('.')[0]}`,
    progress() {
      const { folder } = requirePackage(BINDING);
      return buildProgress(paths(folder).workshop, folder);
    },
    run: build,
  };
}
