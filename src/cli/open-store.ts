import { homedir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadManifest } from '../packs/manifest.js';
import { defaultModelsDir, type Store } from '../packs/store.js';
import type { StoreFlags } from '../config.js';

/** Absolute path of facetag's own folder: `dist/run` is inside. */
export const packageRoot = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/**
 * The packs where the flags place them.
 *
 * @throws {FatalError} USAGE for a manifest that is not in the schema.
 */
export async function openStore({ models, manifest }: StoreFlags): Promise<Store> {
  const cwd = process.cwd();
  return {
    manifest: await loadManifest({
      packageRoot,
      ...(manifest !== undefined && { userManifest: path.resolve(cwd, manifest) }),
    }),
    modelsDir: models === undefined ? defaultModelsDir(process.env, homedir()) : path.resolve(cwd, models),
    packageRoot,
    flags: typed('--models', models) + typed('--manifest', manifest),
  };
}

/** A flag as it can be pasted into a shell again. */
function typed(flag: string, value: string | undefined): string {
  if (value === undefined) return '';
  return ` ${flag} ${/^[\w./:@%+=,-]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`}`;
}
