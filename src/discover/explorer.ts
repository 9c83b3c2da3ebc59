import path from 'node:path';
import type { Stats } from 'node:fs';
import { isWithin, relativeTo } from '../core/base-folder.js';
import type { NameRules } from '../core/picture-name.js';
import { usageError } from '../errors.js';
import { type DiscoveryFileSystem, inBatches, statOf } from './file-system.js';
import type { Findings } from './findings.js';
import { type Folder, folderAt } from './folder-names.js';
import { walk } from './walk.js';

interface ExplorerOptions {
  readonly cwd: string;
  readonly ignore: readonly string[];
  readonly hidden: boolean;
  readonly followSymlinks: boolean;
  readonly names: NameRules;
  /** Real paths. */
  readonly excluded: readonly string[];
  /** Gets the real paths of the folders that were read. */
  readonly read?: Set<string>;
}

/** Reads folders, each once, and puts the pictures into `findings`. */
export class Explorer {
  readonly #visited: Set<string>;
  #linkedFolders: LinkedFolder[] = [];

  constructor(
    private readonly options: ExplorerOptions,
    private readonly findings: Findings,
    private readonly fs: DiscoveryFileSystem,
  ) {
    this.#visited = options.read ?? new Set();
  }

  /** Finds everything below a folder. */
  async exploreFolder(folder: Folder): Promise<void> {
    await this.#walk(folder.path, folder, '**');
  }

  /** Finds the pictures that match. @returns the folders that match, which are to be explored in turn as a shell's would. */
  async exploreGlob(folder: Folder, pattern: string): Promise<Folder[]> {
    const matched: string[] = [];
    await this.#walk(folder.path, folder, pattern, (relativePath) => matched.push(relativePath));
    const folders: Folder[] = [];
    await inBatches(
      matched,
      async (relativePath) => folderAt(path.join(folder.path, relativePath), this.fs),
      (found) => folders.push(found),
    );
    return folders;
  }

  /**
   * Explores the linked folders met so far, and those met on the way. They come after all real ones and in path order, so
   * that a picture has the same name in every run: its real one if that is below a root, else that of the first link.
   */
  async followLinks(): Promise<void> {
    while (this.#linkedFolders.length > 0) {
      const round = this.#linkedFolders.sort((a, b) => (a.location < b.location ? -1 : 1));
      this.#linkedFolders = [];
      for (const { root, location } of round) {
        await this.#walk(root, await folderAt(location, this.fs), '**');
      }
    }
  }

  /**
   * @param root what relative paths start from; `start`, which may be reached through a link, lies below it.
   * @param onFolder hears of the folders that match.
   */
  async #walk(
    root: string,
    start: Folder,
    pattern: string,
    onFolder: (relativePath: string) => void = () => undefined,
  ): Promise<void> {
    const nameOf = this.findings.names.below(root);
    const { pictures } = this.findings;
    const links: string[] = [];
    await walk(
      {
        ...this.options,
        cwd: root,
        start,
        pattern,
        ignore: ignorePatterns(this.options.ignore, root, this.options.cwd),
        ...(pattern === '**' && { visited: this.#visited }),
      },
      {
        picture: (relativePath) => pictures.push(nameOf(relativePath)),
        link: (relativePath) => links.push(relativePath),
        folder: onFolder,
      },
      this.findings,
      this.fs,
    );
    await inBatches(
      links,
      async (link) => statOf(this.fs, path.join(root, link)),
      (target, link) => {
        this.#takeLink(root, link, nameOf(link), target);
      },
    );
  }

  /** Takes a link for what it leads to. */
  #takeLink(root: string, link: string, name: string, target: Stats | string): void {
    const location = path.join(root, link);
    const named = this.options.names.isTaken(link);
    if (typeof target === 'string') {
      if (named) this.findings.unreadable(location, `a link that leads nowhere (${target})`);
      return;
    }
    if (target.isFile()) {
      if (named) this.findings.pictures.push(name);
      return;
    }
    if (named) this.findings.notAFile(location);
    if (target.isDirectory() && this.options.followSymlinks) this.#linkedFolders.push({ root, location });
  }
}

/** A link to a folder, and the root below which it was met. */
interface LinkedFolder {
  readonly root: string;
  readonly location: string;
}

/**
 * `--ignore` globs in the form that fast-glob wants, relative to `folder`. A pattern matches at any depth; with a leading
 * slash only directly below `folder`; one that leads into `folder` from the working directory, as a shell would complete
 * it (`photos/raw`), is understood too. A folder that matches is left out with all it holds.
 * @throws {FatalError} USAGE for an empty pattern.
 */
function ignorePatterns(ignore: readonly string[], folder: string, cwd: string): string[] {
  return ignore.flatMap((typed) => {
    const pattern = typed.replace(/\/+$/, '').replace(/^\.\//, '');
    if (pattern === '') throw usageError('a glob', '--ignore', typed);
    const forms = [pattern.startsWith('/') ? pattern.replace(/^\/+/, '') : `**/${pattern}`];
    const location = path.resolve(cwd, pattern);
    if (location !== folder && isWithin(folder, location)) forms.push(relativeTo(folder, location));
    // Without the second form fast-glob still enters a folder whose name matched a wildcard.
    return forms.flatMap((form) => [form, `${form}/**`]);
  });
}
