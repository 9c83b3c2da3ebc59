import path from 'node:path';
import type { PathKind } from '../core/path-kind.js';
import { FatalError, usageError } from '../errors.js';
import { inBatches, kindOf, type DiscoveryFileSystem } from './file-system.js';
import { asGlob, type GlobInput } from './glob-input.js';
import { sortIn, type Inputs } from './inputs.js';
import { classifyList } from './listed-paths.js';

export interface NamedPaths {
  /** Files, folders or globs, as typed. */
  readonly inputs: readonly string[];
  /** Lines of a list: files or folders, never globs; one that vanished is a problem, not the end. */
  readonly listed?: readonly string[] | undefined;
  /** Absolute folder that typed paths start from. */
  readonly cwd: string;
}

/** What somebody may have meant by `-`. */
const STANDARD_INPUT =
  '--files-from - reads a list of paths from standard input. A picture or video must be a file: save it first (cat > picture.jpg)';

/**
 * Looks at every path first: what exists is taken literally, whatever characters it has (`photos (2020)`, `a[1].jpg`).
 * @throws {FatalError} USAGE naming every path that neither exists nor is a glob.
 */
export async function classifyInputs(named: NamedPaths, fs: DiscoveryFileSystem): Promise<Inputs> {
  const found: Inputs = {
    folders: [],
    files: new Map(),
    absent: new Map(),
    globs: [],
    notFiles: [],
    unreadable: [],
  };
  const missing: string[] = [];
  const lookAt = async (typed: string): Promise<PathKind | GlobInput> => {
    if (typed === '') return 'absent';
    const location = path.resolve(named.cwd, typed);
    const kind = await kindOf(fs, location);
    return kind === 'absent' ? ((await asGlob(typed, location, fs)) ?? kind) : kind;
  };
  await inBatches(named.inputs, lookAt, (answer, typed) => {
    if (answer === 'absent') missing.push(typed);
    else if (typeof answer === 'object' && 'pattern' in answer) found.globs.push(answer);
    else sortIn(path.resolve(named.cwd, typed), answer, found);
  });
  if (missing.length > 0) {
    const received = missing.length === 1 ? missing[0] : missing;
    const error = usageError('an existing file or folder, or a glob', 'the paths', received);
    throw missing.includes('-') ? new FatalError('USAGE', `${error.message}\n${STANDARD_INPUT}`) : error;
  }
  await classifyList(named.listed ?? [], named.cwd, found, fs);
  return found;
}
