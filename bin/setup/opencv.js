// @ts-check
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import path from 'node:path';

/** Modules that the product uses; the order is that of the linker's command line. */
export const MODULES = /** @type {const} */ (['dnn', 'imgproc', 'core']);

/** Debian's multiarch folder per `process.arch`. */
const MULTIARCH = new Map([
  ['x64', 'x86_64-linux-gnu'],
  ['arm64', 'aarch64-linux-gnu'],
  ['arm', 'arm-linux-gnueabihf'],
  ['ppc64', 'powerpc64le-linux-gnu'],
  ['riscv64', 'riscv64-linux-gnu'],
  ['s390x', 's390x-linux-gnu'],
]);

/**
 * Headers and libraries of one OpenCV that could be compiled against.
 * @typedef {object} OpenCv
 * @property {string} version `major.minor.revision`
 * @property {string} includeDir Folder that holds `opencv2/`.
 * @property {string} libDir
 * @property {string[]} libraries Real paths of the shared objects.
 */

/**
 * Every OpenCV with headers and libraries of the modules in use, the preferred one first: a person's own in /usr/local
 * before the distribution's.
 * @param {{ root?: string, arch?: string, prefix?: string | undefined }} where `root`: the file system to look in. `prefix`: look there only
 *   (environment variable FACETAG_OPENCV_DIR).
 * @returns {OpenCv[]}
 */
export function findOpenCv({ root = '/', arch = process.arch, prefix }) {
  const prefixes = prefix === undefined ? ['/usr/local', '/usr'] : [prefix];
  return prefixes.flatMap((folder) => findBelow(path.join(root, folder), arch) ?? []);
}

/**
 * @param {string} prefix
 * @param {string} arch
 * @returns {OpenCv | undefined}
 */
function findBelow(prefix, arch) {
  const includeDir = ['include/opencv4', 'include/opencv5', 'include']
    .map((folder) => path.join(prefix, folder))
    .find((folder) =>
      ['core/version.hpp', 'imgproc.hpp', 'dnn.hpp'].every((header) =>
        existsSync(path.join(folder, 'opencv2', header)),
      ),
    );
  const multiarch = MULTIARCH.get(arch);
  const libDir = [...(multiarch === undefined ? [] : [`lib/${multiarch}`]), 'lib64', 'lib']
    .map((folder) => path.join(prefix, folder))
    .find((folder) => MODULES.every((module) => existsSync(library(folder, module))));
  if (includeDir === undefined || libDir === undefined) return undefined;
  const version = readVersion(path.join(includeDir, 'opencv2/core/version.hpp'));
  if (version === undefined) return undefined;
  const libraries = MODULES.map((module) => realpathSync(library(libDir, module)));
  return { version, includeDir, libDir, libraries };
}

/**
 * The name that the linker wants; only -dev packages bring it.
 * @param {string} libDir
 * @param {string} module
 */
export function library(libDir, module) {
  return path.join(libDir, `libopencv_${module}.so`);
}

/**
 * @param {string} header
 * @returns {string | undefined}
 */
function readVersion(header) {
  const text = readFileSync(header, 'utf8');
  const parts = ['MAJOR', 'MINOR', 'REVISION'].map(
    (part) => new RegExp(`#define\\s+CV_VERSION_${part}\\s+(\\d+)`).exec(text)?.[1],
  );
  return parts.includes(undefined) ? undefined : parts.join('.');
}
