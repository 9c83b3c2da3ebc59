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

/**
 * Nearest folder that contains every one of `folders`, where a picture's folder stands for the picture and a glob's fixed
 * part for the glob: the base folder of a first run.
 */
export function commonParent(folders: readonly string[]): string {
  let [common = '/'] = folders;
  for (const folder of folders) {
    while (!isWithin(common, folder)) common = path.dirname(common);
  }
  return common;
}

/**
 * The given base folder (`--base`), when nothing is outside it.
 * @throws {FatalError} USAGE, naming both, when something is.
 */
export function refuseOutside(base: string, outside: readonly string[]): { readonly base: string } {
  const [first] = outside;
  if (first === undefined) return { base };
  const hint = 'without --base they would join under a name of their own';
  throw usageError(`paths inside the base folder ${JSON.stringify(base)} (${hint})`, '--base', first);
}
