import { isUtf8 } from 'node:buffer';
import type { Dirent } from 'node:fs';
import { promisify } from 'node:util';
import { escapeName } from '../core/escape-name.js';
import type { NameRules } from '../core/picture-name.js';
import type { DiscoveryFileSystem } from './file-system.js';

/** What Node puts in the place of bytes that are not UTF-8. Such a name cannot be opened. */
const REPLACEMENT = '\uFFFD';

interface Listing {
  readonly entries: Dirent[];
  /** Files to take and folders whose names are not UTF-8, the odd bytes written as `\xNN`. They are not among `entries`. */
  readonly undecodable: string[];
}

/** Lists a folder. Rejects like `fs.readdir`. */
export async function listFolder(
  folder: string,
  { isTaken }: NameRules,
  fs: DiscoveryFileSystem,
): Promise<Listing> {
  const entries = await promisify(fs.readdir)(folder, { withFileTypes: true });
  if (!entries.some((entry) => entry.name.includes(REPLACEMENT))) return { entries, undecodable: [] };
  const raw = await promisify(fs.readdir)(folder, { encoding: 'buffer', withFileTypes: true });
  const decodable = new Set(raw.filter(({ name }) => isUtf8(name)).map(({ name }) => name.toString()));
  return {
    entries: entries.filter(({ name }) => decodable.has(name)),
    undecodable: raw
      .filter((entry) => !isUtf8(entry.name))
      .filter((entry) => entry.isDirectory() || isTaken(entry.name.toString()))
      .map(({ name }) => escapeName(name)),
  };
}
