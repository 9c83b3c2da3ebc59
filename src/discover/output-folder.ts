import path from 'node:path';
import nodeFs from 'node:fs';
import { isWithin } from '../core/base-folder.js';
import { FatalError } from '../errors.js';
import { exists, realPathOf, type DiscoveryFileSystem } from './file-system.js';

/** Real path of a folder that may not exist yet: that of the nearest existing parent, and the rest. */
export async function futureRealPath(location: string, fs: DiscoveryFileSystem = nodeFs): Promise<string> {
  const rest: string[] = [];
  let existing = location;
  while (existing !== '/' && !(await exists(fs, existing))) {
    rest.unshift(path.basename(existing));
    existing = path.dirname(existing);
  }
  return path.join(await realPathOf(fs, existing), ...rest);
}

/**
 * Refuses an output folder that is one of the inputs or contains one: results would be taken for pictures, or pictures
 * overwritten. The reverse is fine (`cd photos && facetag .`): discovery leaves the output folder out.
 * @param inputs the paths as typed: files, folders or globs. A pattern is compared like a path.
 * @throws {FatalError} USAGE naming both.
 */
export async function assertOutputOutside(
  inputs: readonly string[],
  output: string,
  cwd: string,
  fs: DiscoveryFileSystem = nodeFs,
): Promise<void> {
  const folder = await futureRealPath(path.resolve(cwd, output), fs);
  for (const input of inputs) {
    const real = await futureRealPath(path.resolve(cwd, input), fs);
    if (!isWithin(folder, real)) continue;
    const relation = folder === real ? 'is itself an input' : `contains the input ${JSON.stringify(input)}`;
    throw new FatalError(
      'USAGE',
      `The output folder ${JSON.stringify(output)} ${relation}. Choose another folder with --output.`,
    );
  }
}
