import path from 'node:path';
import { archivesAround } from '../core/archives/kind.js';
import { isPictureThere } from '../core/path-kind.js';
import { entriesOf, type Roots } from '../core/roots.js';
import { hasCode } from '../core/thrown.js';
import { ImageError } from '../errors.js';
import type { FolderLock } from '../packs/ports.js';
import type { ExportFolder, FileContent, Sidecars } from '../ports.js';
import { fatalReadFault, writeFault } from './file-faults.js';
import { withLockedTree } from './locked-tree.js';
import { OpenFolder } from './open-folder.js';
import type { OutputTree } from './output-tree.js';
import { textOf } from './plain-file.js';

/** Lends the folders of pictures: each root is locked while the work goes on. Links below it are not followed. */
export async function writeBeside<T>(
  roots: Roots,
  sidecars: Sidecars,
  lock: FolderLock,
  work: (folder: ExportFolder) => Promise<T>,
): Promise<T> {
  const trees = new Map<string, OutputTree>();
  const holdAll = async ([next, ...rest]: readonly [string, string][]): Promise<T> => {
    if (next === undefined) return await work(new PictureFolders(trees, sidecars));
    const [name, folder] = next;
    const root = openFolder(folder);
    try {
      return await withLockedTree(root, lock, (tree) => {
        trees.set(name, tree);
        return holdAll(rest);
      });
    } finally {
      root.close();
    }
  };
  return await holdAll(entriesOf(roots));
}

function openFolder(folder: string): OpenFolder {
  try {
    return OpenFolder.at(folder);
  } catch (error) {
    throw fatalReadFault(error, folder);
  }
}

class PictureFolders implements ExportFolder {
  constructor(
    private readonly trees: ReadonlyMap<string, OutputTree>,
    private readonly sidecars: Sidecars,
  ) {}

  async write(relative: string, content: FileContent): Promise<void> {
    const { tree, inner } = this.placeOf(relative);
    try {
      const picture = inner.slice(0, -this.sidecars.ending.length);
      if (isInArchive(tree, picture))
        throw notMade('it is in an archive, where nothing can be put beside it');
      if (!isPictureThere(tree.kindAt(picture))) throw notMade('the picture is not there any more');
      if (this.isStranger(tree, inner)) throw notMade('its sidecar is of another program');
      await tree.replace(inner, content);
    } catch (error) {
      throw writeFault(error, path.join(tree.root.path, inner));
    }
  }

  omit(relative: string): void {
    const { tree, inner } = this.placeOf(relative);
    try {
      if (!isInArchive(tree, inner) && !this.isStranger(tree, inner)) tree.remove(inner);
    } catch (error) {
      // A picture's folder may be gone.
      if (!hasCode(error, 'ENOENT')) throw writeFault(error, path.join(tree.root.path, inner), 'remove');
    }
  }

  /** The tree of the root that a picture's name starts with, and the rest of the name. */
  private placeOf(relative: string): { readonly tree: OutputTree; readonly inner: string } {
    const slash = relative.indexOf('/');
    const named = slash === -1 ? undefined : this.trees.get(relative.slice(0, slash));
    const base = this.trees.get('');
    if (named) return { tree: named, inner: relative.slice(slash + 1) };
    if (base) return { tree: base, inner: relative };
    throw new Error('No folder of pictures is open');
  }

  private isStranger(tree: OutputTree, inner: string): boolean {
    return (
      tree.stats(inner) !== undefined && !tree.withFile(inner, (file) => this.sidecars.isOurs(textOf(file)))
    );
  }
}

/** @param inner below a tree's root. */
function isInArchive(tree: OutputTree, inner: string): boolean {
  return archivesAround(inner).some((archive) => tree.kindAt(archive) === 'file');
}

const notMade = (why: string): ImageError => new ImageError('WRITE_FAILED', why, 'write');
