import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { EXPORT_MANIFEST, formatManifest, parseManifest } from '../core/export-manifest.js';
import { inBlocks } from '../core/in-blocks.js';
import { hasCode } from '../core/thrown.js';
import { FatalError, usageError } from '../errors.js';
import type { ExportFolder, ExportFolders, FileContent } from '../ports.js';
import { fatalReadFault, fatalWriteFault, writeFault } from './file-faults.js';
import { createFolderLock } from './folder-lock.js';
import { withLockedTree } from './locked-tree.js';
import { OpenFolder } from './open-folder.js';
import { LOCK, makeRoot, removeIfEmpty } from './output-root.js';
import { TEMPORARIES, type OutputTree } from './output-tree.js';
import { writeBeside } from './beside-pictures.js';

const lock = createFolderLock();

export const exportFolders: ExportFolders = {
  async hold(folder, kind, work) {
    const existed = existsSync(folder);
    makeRoot(folder);
    const root = openFolder(folder);
    try {
      refuseStrangers(root, kind);
      return await withLockedTree(root, lock, (tree) => replaceExport(tree, kind, work));
    } finally {
      root.close();
      if (!existed) removeIfEmpty(folder);
    }
  },
  beside: (roots, sidecars, work) => writeBeside(roots, sidecars, lock, work),
};

/** @throws {FatalError} OUTPUT_UNUSABLE. */
function openFolder(folder: string): OpenFolder {
  try {
    return OpenFolder.at(folder);
  } catch (error) {
    throw fatalReadFault(error, folder);
  }
}

/** @throws {FatalError} USAGE for a folder of anything but an earlier export: nothing is written into it. */
function refuseStrangers(root: OpenFolder, kind: string): void {
  const names = root.list().map(({ name }) => name);
  const [stranger] = names.filter((name) => !name.startsWith(LOCK) && name !== TEMPORARIES);
  if (stranger === undefined || names.includes(EXPORT_MANIFEST)) return;
  throw usageError(
    `an empty folder, or that of an earlier ${kind} export,`,
    '--output',
    `${root.path} with ${stranger}`,
  );
}

/** Runs the work on what an earlier export left, and removes what of that was not written again. */
async function replaceExport<T>(
  tree: OutputTree,
  kind: string,
  work: (folder: ExportFolder) => Promise<T>,
): Promise<T> {
  const earlier = readEarlier(tree, kind);
  const old = new Set(earlier?.files);
  // Whatever ends this now, the next export knows that files may be here which no list has.
  await writeManifest(tree, { kind, complete: false, files: old });
  const folder = new ReplacedExport(tree, old, earlier?.complete !== false);
  const value = await work(folder);
  for (const file of old) if (!folder.written.has(file)) folder.omit(file);
  await writeManifest(tree, { kind, complete: true, files: [...folder.written].sort() });
  return value;
}

class ReplacedExport implements ExportFolder {
  readonly written = new Set<string>();

  constructor(
    private readonly tree: OutputTree,
    private readonly old: ReadonlySet<string>,
    /** Whether every file that an export has left is among `old`. */
    private readonly knowsAll: boolean,
  ) {}

  async write(relative: string, content: FileContent): Promise<void> {
    try {
      this.refuseStranger(relative);
      await this.tree.replace(relative, content);
    } catch (error) {
      throw writeFault(error, path.join(this.tree.root.path, relative));
    }
    this.written.add(relative);
  }

  omit(relative: string): void {
    if (!this.old.has(relative)) return;
    try {
      this.tree.remove(relative);
    } catch (error) {
      // Its folder may be gone already.
      if (!hasCode(error, 'ENOENT'))
        throw writeFault(error, path.join(this.tree.root.path, relative), 'remove');
    }
  }

  private refuseStranger(relative: string): void {
    if (!this.knowsAll || this.old.has(relative) || this.tree.stats(relative) === undefined) return;
    const place = path.join(this.tree.root.path, relative);
    throw new FatalError(
      'OUTPUT_UNUSABLE',
      `${place} is not of the earlier export and is not replaced: move it, or choose another folder with -o`,
    );
  }
}

/** @throws {FatalError} USAGE for an export of another kind, or for a manifest that is not ours. */
function readEarlier(tree: OutputTree, kind: string): ReturnType<typeof parseManifest> {
  if (!isThere(tree)) return undefined;
  const earlier = parseManifest(readText(tree));
  if (earlier?.kind === kind) return earlier;
  const found = `${tree.root.path} with ${earlier ? `an export to ${earlier.kind}` : `another ${EXPORT_MANIFEST}`}`;
  throw usageError(`an empty folder, or that of an earlier ${kind} export,`, '--output', found);
}

function isThere(tree: OutputTree): boolean {
  try {
    return tree.stats(EXPORT_MANIFEST) !== undefined;
  } catch (error) {
    throw fatalReadFault(error, path.join(tree.root.path, EXPORT_MANIFEST));
  }
}

function readText(tree: OutputTree): string {
  try {
    return tree.withFile(EXPORT_MANIFEST, ({ descriptor }) => readFileSync(descriptor, 'utf8'));
  } catch (error) {
    throw fatalReadFault(error, path.join(tree.root.path, EXPORT_MANIFEST));
  }
}

async function writeManifest(
  tree: OutputTree,
  manifest: Parameters<typeof formatManifest>[0],
): Promise<void> {
  try {
    await tree.replace(EXPORT_MANIFEST, inBlocks(formatManifest(manifest)));
  } catch (error) {
    throw fatalWriteFault(error, path.join(tree.root.path, EXPORT_MANIFEST));
  }
}
