// @ts-check
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { SetupError } from './error.js';

/** The package: a checkout, or the folder that `npm install` made. */
export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/**
 * A checkout has the sources and the lock file; an installed package has neither, but ships `dist`.
 * @param {string} [folder]
 */
export function isCheckout(folder = root) {
  return ['package-lock.json', 'tsconfig.build.json', 'src'].every((name) =>
    existsSync(path.join(folder, name)),
  );
}

/**
 * Folder and version of a dependency, wherever npm put it (nested or hoisted); undefined when it is not installed.
 * @param {string} name
 * @param {string} [from] Folder of the package that depends on it.
 * @returns {{ folder: string, version: string } | undefined}
 */
export function findPackage(name, from = root) {
  const lookup = createRequire(path.join(from, 'package.json')).resolve.paths(name) ?? [];
  for (const modules of lookup) {
    const manifest = path.join(modules, name, 'package.json');
    if (!existsSync(manifest)) continue;
    const folder = realpathSync(path.dirname(manifest));
    return { folder, version: JSON.parse(readFileSync(manifest, 'utf8')).version };
  }
  return undefined;
}

/**
 * @param {string} name
 * @param {string} [from]
 * @throws {SetupError} PACKAGE_INCOMPLETE
 */
export function requirePackage(name, from = root) {
  const found = findPackage(name, from);
  if (found) return found;
  const remedy = isCheckout() ? 'npm ci' : 'npm install --global --ignore-scripts facetag (or its tarball)';
  throw new SetupError('PACKAGE_INCOMPLETE', `The package ${name} is not installed. Run: ${remedy}`);
}
