import path from 'node:path';
import { usageError } from '../errors.js';

/*
 * Which folder the names of pictures start from. Every path here is absolute and normalised (no `..`, no trailing
 * slash) and purely lexical: symbolic links are resolved by the caller where that matters.
 */

/** True when `location` is `folder` itself or lies below it. */
export function isWithin(folder: string, location: string): boolean {
  return (
    location === folder ||
    (location.startsWith(folder) && (folder.endsWith('/') || location[folder.length] === '/'))
  );
}

/** The same place seen from another folder: `rebase('/a/b/c', '/a', '/x')` is `/x/b/c`. Needs `isWithin(from, location)`. */
export function rebase(location: string, from: string, to: string): string {
  return location === from ? to : path.join(to, location.slice(from.length));
}

/** Path below `base` with `/` separators; `.` for `base` itself. Needs `isWithin(base, location)`. */
export function relativeTo(base: string, location: string): string {
  if (location === base) return '.';
  return location.slice(base.endsWith('/') ? base.length : base.length + 1);
}

/** What to put before a path relative to `folder` to make it relative to `base`: empty, or ending in `/`. */
export function prefixBelow(base: string, folder: string): string {
  return folder === base ? '' : `${relativeTo(base, folder)}/`;
}

/** Nearest folder that contains every one of `folders`. */
function commonParent(folders: readonly string[]): string {
  let [common = '/'] = folders;
  for (const folder of folders) {
    while (!isWithin(common, folder)) common = path.dirname(common);
  }
  return common;
}

/**
 * The folder that every relative path starts from: the `given` one (`--base`, or what the output folder remembers), else
 * the nearest common parent of `folders` (a picture's folder stands for the picture, a glob's fixed part for the glob).
 * @throws {FatalError} USAGE, naming both, when a folder lies outside the given base.
 */
export function baseFolder(given: string | undefined, folders: readonly string[]): string {
  if (given === undefined) return commonParent(folders);
  const outside = folders.find((folder) => !isWithin(given, folder));
  if (outside !== undefined) {
    const hint = 'other pictures go to an output folder of their own: -o <dir>';
    throw usageError(`paths inside the base folder ${JSON.stringify(given)} (${hint})`, '--base', outside);
  }
  return given;
}
