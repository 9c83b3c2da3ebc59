import type { Stats } from 'node:fs';
import fastGlob from 'fast-glob';
import type { NameRules } from '../core/picture-name.js';
import type { DiscoveryFileSystem } from './file-system.js';
import type { Findings } from './findings.js';
import type { Folder } from './folder-names.js';
import { guardedReaddir } from './guarded-readdir.js';
import { hideBackslashes, hideLineBreaks, showLineBreaks } from './line-breaks.js';

/** One walk through a tree. */
export interface Walk {
  /** Absolute folder that patterns start from. */
  readonly cwd: string;
  /** Where to begin: `cwd` itself, or a followed link below it. */
  readonly start: Folder;
  /** Relative to `cwd`; `**` for everything. */
  readonly pattern: string;
  /** As fast-glob wants them, relative to `cwd`. */
  readonly ignore: readonly string[];
  readonly hidden: boolean;
  readonly names: NameRules;
  /** Whether links to folders matter. */
  readonly followSymlinks: boolean;
  /** Real paths of folders to leave out. */
  readonly excluded: readonly string[];
  /**
   * Real paths of the folders read so far: none is read twice, and links are reported instead of followed. Absent for a
   * glob, which takes only part of a folder and passes through links on its way.
   */
  readonly visited?: Set<string>;
}

/** What a walk found beside problems; paths relative to `cwd`. */
interface WalkListener {
  picture(relativePath: string): void;
  /** A link that may lead to a picture, or to a folder when links are followed. */
  link(relativePath: string): void;
  folder(relativePath: string): void;
}

/** Folders read at once: more than cores, so that a network file system is not waited for one by one. */
const CONCURRENCY = 8;

/** Walks with fast-glob, which sees folders through `guardedReaddir`. */
export async function walk(
  walked: Walk,
  listener: WalkListener,
  findings: Findings,
  fs: DiscoveryFileSystem,
): Promise<void> {
  const readdir = guardedReaddir(walked, findings, fs);
  const stat = (location: string, done: (error: Error | null, stats: Stats) => void): void => {
    fs.stat(showLineBreaks(location), done);
  };
  const entries = fastGlob.stream(hideLineBreaks(walked.pattern), {
    cwd: hideBackslashes(walked.cwd),
    ignore: walked.ignore.map(hideLineBreaks),
    dot: walked.hidden,
    fs: { readdir: readdir as never, stat },
    concurrency: CONCURRENCY,
    objectMode: true,
    onlyFiles: false,
    followSymbolicLinks: walked.followSymlinks && walked.visited === undefined,
    // Duplicates are removed at the end, from a sorted list: fast-glob would keep a second copy of every path.
    unique: false,
  });
  entries.on('data', ({ path: shown, dirent }: fastGlob.Entry) => {
    const path = showLineBreaks(shown);
    const unread = walked.names.unread(path);
    if (unread !== undefined && !dirent.isDirectory()) findings.notRead(unread);
    else if (dirent.isFile()) listener.picture(path);
    else if (dirent.isSymbolicLink()) listener.link(path);
    else if (dirent.isDirectory()) listener.folder(path);
    else if (walked.names.isTaken(path)) findings.notAFile(`${walked.cwd}/${path}`);
  });
  await new Promise((resolve, reject) => {
    entries.once('end', resolve).once('error', reject);
  });
}
