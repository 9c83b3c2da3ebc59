import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/**
 * Everything below a folder: kind, inode, mtime and the hash of the bytes of each name. Equal before and after means that
 * nothing was written, replaced, removed or added.
 */
export function fingerprint(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  return Object.fromEntries(names.map((name) => [name, describe(path.join(folder, name))]));
}

function describe(file: string): string {
  const stats = lstatSync(file);
  const kind = stats.mode.toString(8);
  if (!stats.isFile()) return `${kind} ${stats.ino}`;
  const sha256 = createHash('sha256').update(readFileSync(file)).digest('hex');
  return `${kind} ${stats.ino} ${stats.mtimeMs} ${sha256}`;
}
