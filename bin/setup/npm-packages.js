// @ts-check
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { npmCommand, runLogged } from './process.js';

/**
 * @typedef {{ version?: string, integrity?: string, optional?: boolean, os?: string[], cpu?: string[], libc?: string[] }} LockEntry
 * @typedef {{ packages?: Record<string, LockEntry> }} Lock
 */

/**
 * Does node_modules hold what the lock file wants? npm's own account of it (node_modules/.package-lock.json, written at
 * the end of an install) is compared, so that an install by hand counts and an interrupted one doesn't.
 * @param {Lock} wanted package-lock.json
 * @param {Lock} installed node_modules/.package-lock.json
 * @param {{ platform: string, arch: string }} machine As `process.platform`, `process.arch`.
 */
export function lockMatches(wanted, installed, machine) {
  return Object.entries(wanted.packages ?? {}).every(([folder, entry]) => {
    if (folder === '') return true;
    const present = installed.packages?.[folder];
    if (present === undefined) return entry.optional === true && !isMeantFor(entry, machine);
    return present.version === entry.version && present.integrity === entry.integrity;
  });
}

/**
 * Is an optional package one of those built for this kind of machine? Those without `os` and `cpu` are the WebAssembly
 * substitutes and what they depend on.
 * @param {LockEntry} entry
 * @param {{ platform: string, arch: string }} machine
 */
function isMeantFor({ os, cpu, libc }, { platform, arch }) {
  if (os === undefined || cpu === undefined) return false;
  return os.includes(platform) && cpu.includes(arch) && (libc === undefined || libc.includes('glibc'));
}

/**
 * @param {string} file
 * @returns {Lock}
 */
function readLock(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return {};
  }
}

/**
 * @param {string} root
 * @returns {import('./steps.js').Step}
 */
export function npmPackages(root) {
  return {
    isDone: () =>
      lockMatches(
        readLock(path.join(root, 'package-lock.json')),
        readLock(path.join(root, 'node_modules/.package-lock.json')),
        process,
      ),
    describe: () => 'installing npm packages with npm ci',
    async run(lock) {
      // NODE_ENV=production would leave out the compiler; npm_config_ignore_scripts=false, which `npm run pack` sets,
      // would build the whole binding.
      await runLogged([...npmCommand(), 'ci', '--include=dev', '--ignore-scripts', '--no-progress'], {
        cwd: root,
        lock,
        failure: { code: 'NPM_FAILED', what: 'npm ci' },
      });
    },
  };
}
