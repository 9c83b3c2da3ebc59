import path from 'node:path';
import { PICTURE_NAMES } from '../core/picture-name.js';
import { inBatches, kindOf, type DiscoveryFileSystem } from './file-system.js';
import { filesIn, sortIn, type Inputs } from './inputs.js';
import { listFolder } from './list-folder.js';

/** From this many lines of one folder on, reading the folder is cheaper than looking at each file. */
const WORTH_LISTING = 32;

/**
 * Looks at the lines of a list. Lists come from `find` and the like, the files of a folder one after the other: reading
 * each folder once takes a tenth of the time of a million single looks.
 */
export async function classifyList(
  lines: readonly string[],
  cwd: string,
  found: Inputs,
  fs: DiscoveryFileSystem,
): Promise<void> {
  const single: string[] = [];
  for (let start = 0; start < lines.length;) {
    const folder = folderPart(lines[start] ?? '');
    let end = start + 1;
    while (end < lines.length && isDirectlyIn(folder, lines[end] ?? '')) end += 1;
    const run = lines.slice(start, end);
    const left = run.length < WORTH_LISTING ? run : await takeListedFiles(run, folder, cwd, found, fs);
    for (const line of left) single.push(line);
    start = end;
  }
  await lookAtEach(single, cwd, found, fs);
}

/** The line up to its last slash, that included. */
function folderPart(line: string): string {
  return line.slice(0, line.lastIndexOf('/') + 1);
}

function isDirectlyIn(folder: string, line: string): boolean {
  return line.startsWith(folder) && !line.includes('/', folder.length);
}

/** Takes the regular files of a folder; returns the lines that are something else or not there. */
async function takeListedFiles(
  lines: readonly string[],
  typedFolder: string,
  cwd: string,
  found: Inputs,
  fs: DiscoveryFileSystem,
): Promise<string[]> {
  const folder = path.resolve(cwd, typedFolder);
  // A folder that cannot be listed may still let its files be opened.
  const listing = await listFolder(folder, PICTURE_NAMES, fs).catch(() => undefined);
  const regular = new Set(listing?.entries.filter((entry) => entry.isFile()).map(({ name }) => name));
  const names = filesIn(folder, found);
  const rest: string[] = [];
  for (const line of lines) {
    const name = line.slice(typedFolder.length);
    if (regular.has(name)) names.push(name);
    else rest.push(line);
  }
  return rest;
}

async function lookAtEach(
  lines: readonly string[],
  cwd: string,
  found: Inputs,
  fs: DiscoveryFileSystem,
): Promise<void> {
  await inBatches(
    lines,
    async (line) => kindOf(fs, path.resolve(cwd, line)),
    (kind, line) => {
      const known = kind === 'absent' ? { reason: 'in the list of paths, but not there' } : kind;
      sortIn(path.resolve(cwd, line), known, found);
    },
  );
}
