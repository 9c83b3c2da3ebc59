import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { kindNow, type PathKind } from '../core/path-kind.js';
import { PICTURE_NAMES } from '../core/picture-name.js';
import { hasCode } from '../core/thrown.js';
import { inBatches, kindOf, type DiscoveryFileSystem } from './file-system.js';
import { namesIn, sortIn, type Inputs } from './inputs.js';
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
  const regular = await regularFiles(folder, fs);
  const rest: string[] = [];
  const names = namesIn(folder, regular === 'absent' ? found.absent : found.files);
  for (const line of lines) {
    const name = line.slice(typedFolder.length);
    if (regular === 'absent' ? !LEADS_UP.test(name) : regular.has(name)) names.push(name);
    else rest.push(line);
  }
  return rest;
}

/** Names that lead to the folder itself or to the one above it. */
const LEADS_UP = /^\.{0,2}$/;

/** Names of the files in a folder; none where it cannot be listed, for it may still let its files be opened. */
async function regularFiles(
  folder: string,
  fs: DiscoveryFileSystem,
): Promise<ReadonlySet<string> | 'absent'> {
  try {
    const { entries } = await listFolder(folder, PICTURE_NAMES, fs);
    return new Set(entries.filter((entry) => entry.isFile()).map(({ name }) => name));
  } catch (error) {
    return hasCode(error, 'ENOENT', 'ENOTDIR') ? 'absent' : new Set();
  }
}

/** Lines that are looked at before others have their turn. */
const BLOCK = 64;

/** Milliseconds that a block may take before the disk counts as slow. */
const SLOW_MS = 32;

async function lookAtEach(
  lines: readonly string[],
  cwd: string,
  found: Inputs,
  fs: DiscoveryFileSystem,
): Promise<void> {
  const take = (kind: PathKind, line: string): void => {
    const location = path.resolve(cwd, line);
    if (kind !== 'absent') sortIn(location, kind, found);
    else namesIn(path.dirname(location), found.absent).push(path.basename(location));
  };
  let [start, isSlow] = [0, false];
  while (start < lines.length && !isSlow) {
    const begun = performance.now();
    const block = lines.slice(start, start + BLOCK);
    for (const line of block) take(kindNow(fs, path.resolve(cwd, line)), line);
    isSlow = performance.now() - begun > SLOW_MS;
    start += block.length;
    await nextTurn();
  }
  await inBatches(lines.slice(start), async (line) => kindOf(fs, path.resolve(cwd, line)), take);
}
