import path from 'node:path';
import { isWithin, rebase } from '../core/base-folder.js';
import { realPathOf, type DiscoveryFileSystem } from './file-system.js';

/** A folder as it was named, and where it really is. */
export interface Folder {
  /** Absolute, links kept. */
  readonly path: string;
  /** Absolute, links resolved. */
  readonly real: string;
}

export async function folderAt(path: string, fs: DiscoveryFileSystem): Promise<Folder> {
  return { path, real: await realPathOf(fs, path) };
}

/** A folder comes before those inside it. */
export function outermostFirst(folders: readonly Folder[]): Folder[] {
  return [...folders].sort((a, b) => (a.real < b.real ? -1 : a.real > b.real ? 1 : 0));
}

/**
 * One name for each real folder, however often and through whatever links it was named. Otherwise the same picture
 * would have two names, and two records.
 */
export class FolderNames {
  readonly #names = new Map<string, string>();
  readonly #roots: ReadonlyMap<string, Folder>;

  /**
   * @param roots the folders to walk.
   * @param known folders that pictures are named from already.
   */
  constructor(
    roots: readonly Folder[],
    private readonly known: readonly Folder[] = [],
  ) {
    // The first of several names for the same folder counts: a later entry of a Map would win.
    this.#roots = new Map([...roots].reverse().map((root) => [root.real, root]));
  }

  /** The name to use: the one it has inside an outer root, else inside a known folder, else the first it was given. */
  nameOf(folder: Folder): string {
    const known = this.#names.get(folder.real);
    if (known !== undefined) return known;
    const outer = this.#outermostAround(folder.real);
    const name =
      outer === undefined
        ? this.#nameBelowKnown(folder)
        : rebase(folder.real, outer.real, this.nameOf(outer));
    this.#names.set(folder.real, name);
    return name;
  }

  #outermostAround(real: string): Folder | undefined {
    let outermost: Folder | undefined;
    for (let inner = real, outer = path.dirname(real); outer !== inner; outer = path.dirname(outer)) {
      outermost = this.#roots.get(outer) ?? outermost;
      inner = outer;
    }
    return outermost;
  }

  #nameBelowKnown({ path, real }: Folder): string {
    if (this.known.some((folder) => isWithin(folder.path, path))) return path;
    const around = this.known.find((folder) => isWithin(folder.real, real));
    if (around !== undefined) return rebase(real, around.real, around.path);
    // What joins is remembered: a link may lead elsewhere tomorrow.
    return this.known.length > 0 ? real : path;
  }
}
