import { homedir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadManifest } from './packs/manifest.js';
import { defaultModelsDir, type Store } from './packs/store.js';
import type { StoreFlags } from './program.js';

/** Absolute path of facetag's own folder: `dist` is directly inside. */
export const packageRoot = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

/**
 * The packs as the flags and the environment place them.
 *
 * @throws {FatalError} USAGE for a manifest that is not in the schema.
 */
export async function openStore(flags: {
  readonly [K in keyof StoreFlags]?: string | undefined;
}): Promise<Store> {
  const cwd = process.cwd();
  const models = flags.models ?? emptyToNothing(process.env['FACETAG_MODELS']);
  const manifest = flags.manifest ?? emptyToNothing(process.env['FACETAG_MANIFEST']);
  return {
    manifest: await loadManifest({
      packageRoot,
      ...(manifest !== undefined && { userManifest: path.resolve(cwd, manifest) }),
    }),
    modelsDir: models === undefined ? defaultModelsDir(process.env, homedir()) : path.resolve(cwd, models),
    packageRoot,
    flags: flags.models === undefined ? '' : ` --models ${flags.models}`,
  };
}

function emptyToNothing(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}
