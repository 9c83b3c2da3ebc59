import path from 'node:path';
import { isWithin, relativeTo } from '../core/base-folder.js';
import { usageError } from '../errors.js';

/**
 * `--ignore` globs in the form that fast-glob wants, relative to `folder`. A pattern matches at any depth; with a leading
 * slash only directly below `folder`; one that leads into `folder` from the working directory, as a shell would complete
 * it (`photos/raw`), is understood too. A folder that matches is left out with all it holds.
 * @throws {FatalError} USAGE for an empty pattern.
 */
export function ignorePatterns(ignore: readonly string[], folder: string, cwd: string): string[] {
  return ignore.flatMap((typed) => {
    const pattern = typed.replace(/\/+$/, '').replace(/^\.\//, '');
    if (pattern === '') throw usageError('a glob', '--ignore', typed);
    const forms = [pattern.startsWith('/') ? pattern.replace(/^\/+/, '') : `**/${pattern}`];
    const location = path.resolve(cwd, pattern);
    if (location !== folder && isWithin(folder, location)) forms.push(relativeTo(folder, location));
    // Without the second form fast-glob still enters a folder whose name matched a wildcard.
    return forms.flatMap((form) => [form, `${form}/**`]);
  });
}
