import { homedir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadManifest } from '../packs/manifest.js';
import { defaultModelsDir, type Store } from '../packs/store.js';
import type { StoreFlags } from '../config.js';
import { FatalError } from '../errors.js';

/** Absolute path of facetag's own folder: `dist/run` is inside. */
export const packageRoot = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/**
 * The packs where the flags place them.
 *
 * @throws {FatalError} USAGE for a manifest that is not in the schema.
 */
export async function openStore({ models, manifest }: StoreFlags): Promise<Store> {
  return {
    manifest: await loadManifest({
      packageRoot,
      ...(manifest !== undefined && { userManifest: path.resolve(manifest) }),
    }),
    get modelsDir() {
      return models === undefined ? defaultModelsDir(process.env, homeFolder) : path.resolve(models);
    },
    packageRoot,
    flags: typed('--models', models) + typed('--manifest', manifest),
  };
}

/** @throws {FatalError} USAGE for a user whose HOME is no path, and who has no entry in the system's list of users. */
function homeFolder(): string {
  let cause: unknown;
  try {
    const home = homedir();
    if (path.isAbsolute(home)) return home;
  } catch (error) {
    cause = error;
  }
  const remedy = 'Set HOME or XDG_DATA_HOME, or name a folder with --models';
  throw new FatalError('USAGE', `There is no home folder for models. ${remedy}`, { cause });
}

/** A flag as it can be pasted into a shell again. */
function typed(flag: string, value: string | undefined): string {
  if (value === undefined) return '';
  return ` ${flag} ${/^[\w./:@%+=,-]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`}`;
}
