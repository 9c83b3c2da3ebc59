import path from 'node:path';
import { isWithin, relativeTo } from '../core/base-folder.js';
import { escapeText } from '../core/escaped-text.js';
import { entriesOf, type Roots } from '../core/roots.js';

interface NamedRoot {
  readonly folder: string;
  /** Empty for the base folder. */
  readonly name: string;
}

/** Names pictures by the innermost root that they are in, so that a name stays when a root around it joins. */
export class PictureNames {
  /** Longest path first. A root is there by its path and by its real one: a walk may come along either. */
  readonly #roots: readonly NamedRoot[];

  /** @param realPathOf the path of a root without links. */
  constructor(roots: Roots, realPathOf: (folder: string) => string) {
    this.#roots = entriesOf(roots)
      .flatMap(([name, folder]) =>
        [...new Set([folder, realPathOf(folder)])].map((each) => ({ folder: each, name })),
      )
      .sort((a, b) => b.folder.length - a.folder.length);
  }

  /** `.` for the base folder itself; undefined outside every root. */
  nameOf(location: string): string | undefined {
    const root = this.#roots.find(({ folder }) => isWithin(folder, location));
    if (root === undefined) return undefined;
    const below = escapeText(relativeTo(root.folder, location));
    if (root.name === '') return below;
    return below === '.' ? root.name : `${root.name}/${below}`;
  }

  /** Names what is found below a folder; nearly always by a prefix, for there may be millions. */
  below(folder: string): (relativePath: string) => string {
    const inner = this.#roots.some((root) => root.folder !== folder && isWithin(folder, root.folder));
    const own = this.nameOf(folder);
    if (inner || own === undefined) {
      return (relativePath) => {
        const location = path.join(folder, relativePath);
        return this.nameOf(location) ?? escapeText(location);
      };
    }
    const prefix = own === '.' ? '' : `${own}/`;
    return (relativePath) => prefix + escapeText(relativePath);
  }
}
