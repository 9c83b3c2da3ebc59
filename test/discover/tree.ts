import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach } from 'vitest';
import { discoverImages, type DiscoverOptions } from '../../src/discover/discover.js';

/** Options that a test does not care about. */
type Wanted = Partial<DiscoverOptions> & { inputs?: string[] };

export type Discover = (wanted?: Wanted) => ReturnType<typeof discoverImages>;

const made: string[] = [];

afterEach(async () => {
  await Promise.all(made.splice(0).map((folder) => rm(folder, { recursive: true, force: true })));
});

/**
 * Makes a folder with these files, each entry a path; `a -> b` is a link to `b`, as written; a trailing slash makes a
 * folder. Gone after the test.
 */
export async function makeTree(entries: readonly string[]): Promise<{ root: string; discover: Discover }> {
  // The real path, since the temporary folder is a link on some systems.
  const root = await realpath(await mkdtemp(path.join(os.tmpdir(), 'facetag-discover-')));
  made.push(root);
  for (const entry of entries) {
    const [name = '', target] = entry.split(' -> ');
    const location = path.join(root, name);
    await mkdir(name.endsWith('/') ? location : path.dirname(location), { recursive: true });
    if (target !== undefined) await symlink(target, location);
    else if (!name.endsWith('/')) await writeFile(location, '');
  }
  return { root, discover: (wanted = {}) => discoverImages({ ...defaults(root), ...wanted }) };
}

/** As `facetag .` in `cwd` would have it. */
export function defaults(cwd: string): DiscoverOptions {
  return { inputs: ['.'], cwd, ignore: [], hidden: false, followSymlinks: false, exclude: [] };
}
