import micromatch from 'micromatch';
import { isHiddenName } from '../core/archives/member-name.js';
import { systemFolderAround } from '../core/system-folders.js';
import { ignorePatterns } from '../discover/ignore-patterns.js';

export interface NameFilter {
  readonly ignore: readonly string[];
  readonly hidden: boolean;
  /** Absolute folder that typed patterns start from. */
  readonly cwd: string;
  /** What names begin with that were named, each empty or with a slash at its end: `2024/`. All names where it is absent. */
  readonly prefixes?: readonly string[];
}

/**
 * Which names below a place (an archive, a bucket) are taken, by the rules that hold for files below a folder.
 *
 * @param systemFolders gets the paths of folders of the system that are left out.
 * @throws {FatalError} USAGE for an empty pattern.
 */
export function nameFilter(
  { ignore, hidden, cwd, prefixes = [''] }: NameFilter,
  place: string,
  systemFolders: Set<string>,
): (name: string) => boolean {
  // As fast-glob matches what it ignores.
  const options = { dot: true, posix: true, strictSlashes: false };
  const patterns = ignorePatterns(ignore, place, cwd).map((pattern) => micromatch.matcher(pattern, options));
  const isOpen = (name: string): boolean => !isHiddenName(name) && systemFolderAround(name) === undefined;
  return (name) => {
    if (patterns.some((isMatch) => isMatch(name))) return false;
    if (hidden || prefixes.some((prefix) => name.startsWith(prefix) && isOpen(name.slice(prefix.length))))
      return true;
    const folder = systemFolderAround(name);
    if (folder !== undefined) systemFolders.add(`${place}/${folder}`);
    return false;
  };
}
