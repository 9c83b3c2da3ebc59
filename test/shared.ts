import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import path from 'node:path';

const here = path.dirname(fileURLToPath(import.meta.url));

/** The checkout. */
export const repository = path.resolve(here, '..');

const folder = path.resolve(repository, '../shared');

/**
 * Path inside the folder of real weights, photos and goldens that may stand beside the checkout; undefined where it is
 * absent. Use as `const photos = shared('photos'); describe.skipIf(!photos)('… (needs ../shared/photos)', …)`.
 */
export function shared(relative: string): string | undefined {
  const full = path.join(folder, relative);
  return existsSync(full) ? full : undefined;
}
