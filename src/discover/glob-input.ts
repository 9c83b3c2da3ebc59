import path from 'node:path';
import fastGlob from 'fast-glob';
import type { DiscoveryFileSystem } from './file-system.js';
import { kindOf } from './file-system.js';

/** A pattern that is not the name of anything: where its fixed part leads, and the rest. */
export interface GlobInput {
  /** As the user typed it. */
  readonly typed: string;
  /** Absolute: the leading segments that exist literally. */
  readonly folder: string;
  /** Relative to `folder`. */
  readonly pattern: string;
}

/**
 * Splits a pattern at its first segment that is no existing folder, so that no real name is read as a pattern
 * (`photos (2020)/*.jpg`). Undefined when the rest is a plain path.
 * @param location `typed` as an absolute path.
 */
export async function asGlob(
  typed: string,
  location: string,
  fs: DiscoveryFileSystem,
): Promise<GlobInput | undefined> {
  const segments = location.split('/').filter((segment) => segment !== '');
  let folder = '/';
  while (segments.length > 1) {
    const next = path.join(folder, segments[0] ?? '');
    if ((await kindOf(fs, next)) !== 'folder') break;
    folder = next;
    segments.shift();
  }
  const pattern = segments.join('/');
  return fastGlob.isDynamicPattern(pattern) ? { typed, folder, pattern } : undefined;
}
