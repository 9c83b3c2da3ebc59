// @ts-check
import { readdirSync } from 'node:fs';
import { SetupError } from './error.js';
import { findOpenCv } from './opencv.js';
import { isOnPath, run, runLogged, stopIfAsked } from './process.js';
import { isSupportedOpenCv } from './versions.js';

const OPENCV_PACKAGES = ['libopencv-dnn-dev', 'libopencv-imgproc-dev'];

const isRoot = () => process.getuid?.() === 0;

/** Where FACETAG_OPENCV_DIR asks for another OpenCV than the system's. */
export const openCvPrefix = (env = process.env) => env['FACETAG_OPENCV_DIR'] || undefined;

/**
 * What the native build still lacks.
 * @param {{ openCv: readonly import('./opencv.js').OpenCv[], prefix?: string | undefined, has: (program: string) => boolean, compiler?: string | undefined }} state
 *   `compiler`: environment variable CXX.
 * @returns {string[]} Names of Debian packages.
 * @throws {SetupError} OPENCV_UNSUPPORTED, OPENCV_MISSING: what a package can't mend.
 */
export function missingPackages({ openCv, prefix, has, compiler }) {
  const packages = openCv.some(({ version }) => isSupportedOpenCv(version))
    ? []
    : lackingOpenCv(openCv, prefix);
  if (compiler === undefined && !has('g++')) packages.push('g++');
  packages.push(...['make', 'python3'].filter((program) => !has(program)));
  return packages;
}

/**
 * @param {readonly import('./opencv.js').OpenCv[]} openCv
 * @param {string | undefined} prefix
 */
function lackingOpenCv(openCv, prefix) {
  if (openCv.length > 0) throw unsupported(openCv);
  if (prefix === undefined) return [...OPENCV_PACKAGES];
  throw new SetupError(
    'OPENCV_MISSING',
    `FACETAG_OPENCV_DIR is ${prefix}, but there are no headers and libraries of OpenCV's core, imgproc and dnn below it ` +
      "(include/opencv4/opencv2/core/version.hpp, lib/libopencv_dnn.so). Correct it, or unset it to use the system's OpenCV.",
  );
}

/** @param {readonly import('./opencv.js').OpenCv[]} openCv */
function unsupported(openCv) {
  const found = openCv.map(({ version, libDir }) => `OpenCV ${version} in ${libDir}`).join(', ');
  return new SetupError(
    'OPENCV_UNSUPPORTED',
    `Found ${found}, but facetag needs OpenCV 4.5 or later and below 5 (OpenCV 5 cannot read Caffe nets). ` +
      `Install one beside it (apt-get install ${OPENCV_PACKAGES.join(' ')} brings 4.6 on Debian 12 and Ubuntu 24.04, 4.5.4 on Ubuntu 22.04), ` +
      'or give the prefix of your own in FACETAG_OPENCV_DIR.',
  );
}

/**
 * How the packages get installed.
 * @param {{ packages: readonly string[], root: boolean, sudo: boolean, apt: boolean, listsPresent: boolean }} state `sudo`: without a password.
 * @returns {{ update: string[], install: string[], updateFirst: boolean } | { command: string | undefined }} Argument vectors to run;
 *   or, where this process may not, the command for the person (undefined where there is no apt).
 */
export function installPlan({ packages, root, sudo, apt, listsPresent }) {
  if (!apt) return { command: undefined };
  if (!root && !sudo) {
    return {
      command: `sudo apt-get update && sudo apt-get install -y --no-install-recommends ${packages.join(' ')}`,
    };
  }
  // sudo drops the environment; the lock is often held by unattended upgrades on a fresh machine.
  const aptGet = [
    ...(root ? [] : ['sudo', '-n']),
    ...['env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-o', 'DPkg::Lock::Timeout=300'],
  ];
  return {
    update: [...aptGet, 'update'],
    install: [...aptGet, 'install', '-y', '--no-install-recommends', ...packages],
    updateFirst: !listsPresent,
  };
}

/**
 * Installs packages.
 * @param {readonly string[]} packages
 * @param {{ env?: NodeJS.ProcessEnv, root?: boolean, lists?: string }} [machine] `lists`: where apt keeps what it knows.
 * @throws {SetupError} SYSTEM_PACKAGES_MISSING
 */
export async function installPackages(
  packages,
  { env = process.env, root = isRoot(), lists = '/var/lib/apt/lists' } = {},
) {
  const plan = installPlan({
    packages,
    root,
    sudo: !root && (await hasSudo(env)),
    apt: isOnPath('apt-get', env['PATH']),
    listsPresent: hasPackageLists(lists),
  });
  if ('command' in plan) throw cannotInstall(packages, plan.command);
  const failure = { code: 'SYSTEM_PACKAGES_MISSING', what: `apt-get (for ${packages.join(' ')})` };
  const apt = (/** @type {string[]} */ command) => runLogged(command, { failure, env });
  if (!plan.updateFirst) {
    // Old lists name archives that are gone from the mirror: then the second try tells.
    const { code } = await run(plan.install, { stdio: 'ignore', env });
    stopIfAsked();
    if (code === 0) return;
  }
  await apt(plan.update);
  await apt(plan.install);
}

/** @param {NodeJS.ProcessEnv} env */
async function hasSudo(env) {
  if (!isOnPath('sudo', env['PATH'])) return false;
  const { code } = await run(['sudo', '-n', 'true'], { stdio: 'ignore', env });
  return code === 0;
}

/** @param {string} folder */
function hasPackageLists(folder) {
  try {
    return readdirSync(folder).some((name) => name.includes('_Packages'));
  } catch {
    return false;
  }
}

/**
 * @param {readonly string[]} packages
 * @param {string | undefined} command
 */
function cannotInstall(packages, command) {
  const what = `These system packages are missing: ${packages.join(' ')}.`;
  const remedy =
    command === undefined
      ? 'There is no apt-get here. Install OpenCV (4.5 or later, below 5: core, imgproc and dnn, with headers), g++, make and python3 ' +
        'by other means, give the prefix of OpenCV in FACETAG_OPENCV_DIR if it is not /usr or /usr/local, and run the same command again.'
      : `Neither root nor password-less sudo is available, so please run this, then the same command again:\n\n  ${command}\n`;
  return new SetupError('SYSTEM_PACKAGES_MISSING', `${what}\n${remedy}`);
}

/**
 * The step before a native build.
 * @param {{ isBuilt: () => boolean }} binding
 * @returns {import('./steps.js').Step}
 */
export function systemPackages({ isBuilt }) {
  const missing = () =>
    missingPackages({
      openCv: findOpenCv({ prefix: openCvPrefix() }),
      prefix: openCvPrefix(),
      has: (program) => isOnPath(program, process.env['PATH']),
      compiler: process.env['CXX'],
    });
  return {
    isDone: () => isBuilt() || missing().length === 0,
    describe: () => `installing ${missing().join(' ')} with ${isRoot() ? '' : 'sudo '}apt-get`,
    async run() {
      await installPackages(missing());
      const still = missing();
      if (still.length > 0) throw cannotInstall(still, undefined);
    },
  };
}
