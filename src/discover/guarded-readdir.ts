import type { Dirent } from 'node:fs';
import path from 'node:path';
import { isWithin, rebase, relativeTo } from '../core/base-folder.js';
import { MEMORY, RECORDS, RECORDS_FILE, RECORDS_JOURNAL, VIDEOS } from '../core/output-paths.js';
import { isSystemFolder } from '../core/system-folders.js';
import { codeOf, hasCode, messageOf } from '../core/thrown.js';
import { realPathOf, type DiscoveryFileSystem } from './file-system.js';
import type { Findings } from './findings.js';
import { hideLineBreaks, showLineBreaks } from './line-breaks.js';
import { listFolder } from './list-folder.js';
import type { Walk } from './walk.js';

/** What fast-glob and we ask of an entry. */
type FolderEntry = Pick<Dirent, 'name' | 'isDirectory' | 'isFile' | 'isSymbolicLink'>;

type Readdir = (folder: string, _: unknown, done: (error: unknown, entries?: FolderEntry[]) => void) => void;

/**
 * The `readdir` that fast-glob gets. Left alone, fast-glob ends at the first unreadable folder or leaves it out without
 * a word; here it becomes a problem. What is excluded, was read before or cannot matter is never seen by fast-glob.
 */
export function guardedReaddir(walked: Walk, findings: Findings, fs: DiscoveryFileSystem): Readdir {
  const admit =
    walked.visited === undefined ? passThroughLinks(walked, fs) : onlyOnce(walked, walked.visited);
  const read = async (folder: string): Promise<FolderEntry[]> => {
    const { start } = walked;
    if (folder !== start.path && isWithin(folder, start.path)) return [stepTowards(start.path, folder)];
    if (!(await admit(folder))) return [];
    try {
      const { entries, undecodable } = await listFolder(folder, walked.names, fs);
      if (folder !== walked.cwd && holdsResults(entries)) {
        findings.results(folder);
        return [];
      }
      for (const name of undecodable) reportUndecodable(folder, name, walked, findings);
      return entries
        .filter((entry) => !isSystems(entry, folder, walked, findings) && matters(entry, walked))
        .map(matchable);
    } catch (error) {
      // A folder that vanished, or the fixed part of a glob: there is nothing in it to miss.
      if (hasCode(error, 'ENOENT')) return [];
      const message = `the folder cannot be read (${codeOf(error) ?? messageOf(error)}): its pictures are not known`;
      findings.unreadable(folder, message);
      return [];
    }
  };
  return (folder, _, done) => {
    read(showLineBreaks(folder)).then(
      (entries) => {
        done(null, entries);
      },
      (error: unknown) => {
        done(error);
      },
    );
  };
}

/**
 * An output folder of facetag, whose annotated copies are no pictures to tag again. The name of its memory alone could be
 * that of somebody's settings; with records or videos' results beside it, it is not.
 */
function holdsResults(entries: readonly Dirent[]): boolean {
  const memory = entries.find(({ name }) => name === MEMORY);
  if (!memory?.isFile()) return false;
  return entries.some(
    (entry) =>
      ([RECORDS, VIDEOS].includes(entry.name) && entry.isDirectory()) ||
      ([RECORDS_FILE, RECORDS_JOURNAL].includes(entry.name) && entry.isFile()),
  );
}

type Admit = (folder: string) => boolean | Promise<boolean>;

/** No link is followed between `start` and a folder, so that its real path is known without asking. */
function onlyOnce({ start, excluded }: Walk, visited: Set<string>): Admit {
  return (folder) => {
    const real = rebase(folder, start.path, start.real);
    if (visited.has(real) || excluded.some((left) => isWithin(left, real))) return false;
    visited.add(real);
    return true;
  };
}

/** A glob may lead through links: one that leads back to a folder on its own way ends there. */
function passThroughLinks({ cwd, excluded, followSymlinks }: Walk, fs: DiscoveryFileSystem): Admit {
  const realPaths = new Map<string, string>();
  return async (folder) => {
    const real = await realPathOf(fs, folder);
    if (excluded.some((left) => isWithin(left, real))) return false;
    if (!followSymlinks) return true;
    for (let above = folder; above !== cwd && above !== '/';) {
      above = path.dirname(above);
      if (realPaths.get(above) === real) return false;
    }
    realPaths.set(folder, real);
    return true;
  };
}

/** fast-glob would enter a hidden folder, only to match nothing in it. A glob may name one: there it decides. */
function matters(entry: Dirent, walked: Walk): boolean {
  const { hidden, visited, names } = walked;
  if (!hidden && visited !== undefined && entry.name.startsWith('.')) return false;
  if (isEntered(entry, walked)) return true;
  return names.isTaken(entry.name) || (entry.isFile() && names.unread(entry.name) !== undefined);
}

/** A folder, or a link that may lead to one. */
function isEntered(entry: Dirent, { followSymlinks }: Walk): boolean {
  return entry.isDirectory() || (followSymlinks && entry.isSymbolicLink());
}

/** Whether a folder is one of the system's, unless it is asked for: by `--hidden`, or by its name in a glob. */
function isSystems(entry: Dirent, folder: string, walked: Walk, findings: Findings): boolean {
  const { hidden, pattern } = walked;
  if (!isEntered(entry, walked) || hidden || !isSystemFolder(entry.name) || pattern.includes(entry.name))
    return false;
  findings.systemFolders.add(path.join(folder, entry.name));
  return true;
}

function matchable(entry: FolderEntry): FolderEntry {
  const name = hideLineBreaks(entry.name);
  if (name === entry.name) return entry;
  return {
    name,
    isDirectory: () => entry.isDirectory(),
    isFile: () => entry.isFile(),
    isSymbolicLink: () => entry.isSymbolicLink(),
  };
}

function reportUndecodable(folder: string, name: string, { hidden }: Walk, findings: Findings): void {
  if (name.startsWith('.') && !hidden) return;
  findings.undecodable(folder, name);
}

/** Above a followed link a walk sees nothing but the way down to it, the link itself as a folder. */
function stepTowards(target: string, folder: string): FolderEntry {
  const [name = ''] = relativeTo(folder, target).split('/');
  return {
    name: hideLineBreaks(name),
    isDirectory: () => true,
    isFile: () => false,
    isSymbolicLink: () => false,
  };
}
