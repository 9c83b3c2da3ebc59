import micromatch from 'micromatch';
import { isHiddenName } from '../core/archives/member-name.js';
import { ignorePatterns } from '../discover/ignore-patterns.js';

export interface NameFilter {
  readonly ignore: readonly string[];
  readonly hidden: boolean;
  /** Absolute folder that typed patterns start from. */
  readonly cwd: string;
}

/**
 * Which names below a place (an archive, a bucket) are taken, by the rules that hold for files below a folder.
 *
 * @throws {FatalError} USAGE for an empty pattern.
 */
export function nameFilter({ ignore, hidden, cwd }: NameFilter, place: string): (name: string) => boolean {
  // As fast-glob matches what it ignores.
  const options = { dot: true, posix: true, strictSlashes: false };
  const patterns = ignorePatterns(ignore, place, cwd).map((pattern) => micromatch.matcher(pattern, options));
  return (name) => (hidden || !isHiddenName(name)) && !patterns.some((isMatch) => isMatch(name));
}
