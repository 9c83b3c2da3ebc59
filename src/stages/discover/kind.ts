import { exists, statOf, type DiscoveryFileSystem } from './file-system.js';

/** What there is at a path, links followed; `reason` is why it cannot be looked at. */
export type Kind = 'folder' | 'file' | 'special' | 'absent' | { readonly reason: string };

const ABSENT = ['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'ERR_INVALID_ARG_VALUE'];

export async function kindOf(location: string, fs: DiscoveryFileSystem): Promise<Kind> {
  const stats = await statOf(fs, location);
  if (typeof stats !== 'string') {
    if (stats.isDirectory()) return 'folder';
    return stats.isFile() ? 'file' : 'special';
  }
  if (!ABSENT.includes(stats)) return { reason: `cannot be looked at (${stats})` };
  return (await exists(fs, location)) ? { reason: `a link that leads nowhere (${stats})` } : 'absent';
}
