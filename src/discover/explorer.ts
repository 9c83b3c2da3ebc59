import path from 'node:path';
import type { Stats } from 'node:fs';
import { asksForArchives } from '../core/archives/kind.js';
import type { NameRules } from '../core/picture-name.js';
import { type DiscoveryFileSystem, inBatches, statOf } from './file-system.js';
import type { Findings } from './findings.js';
import { type Folder, folderAt } from './folder-names.js';
import { ignorePatterns } from './ignore-patterns.js';
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
    const names = pattern === '**' ? this.options.names : namesFor(pattern, this.options.names);
    const links: string[] = [];
    await walk(
      {
        ...this.options,
        cwd: root,
        start,
        pattern,
        ignore: ignorePatterns(this.options.ignore, root, this.options.cwd),
        names,
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
        this.#takeLink({ root, link, name: nameOf(link), isNamed: names.isTaken(link) }, target);
      },
    );
  }

  /** Takes a link for what it leads to. */
  #takeLink({ root, link, name, isNamed: named }: MetLink, target: Stats | string): void {
    const location = path.join(root, link);
    if (typeof target === 'string') {
      if (named) this.findings.unreadable(location, `a link that leads nowhere (${target})`);
      return;
    }
    if (target.isFile()) {
      if (named) this.findings.pictures.push(name);
      return;
    }
    if (!target.isDirectory()) {
      if (named) this.findings.notAFile(location);
    } else if (this.options.followSymlinks) this.#linkedFolders.push({ root, location });
  }
}

interface MetLink {
  readonly root: string;
  /** Relative to `root`. */
  readonly link: string;
  /** As a picture's. */
  readonly name: string;
  /** Whether its own name is that of something to take. */
  readonly isNamed: boolean;
}

/** A glob that asks for archives gets them; one that asks for everything gets pictures, as a folder gives them. */
function namesFor(pattern: string, names: NameRules): NameRules {
  const { isTakenByGlob } = names;
  if (isTakenByGlob === undefined || !asksForArchives(pattern)) return names;
  return {
    isTaken: (name) => names.isTaken(name) || isTakenByGlob(name),
    unread: (name) => (isTakenByGlob(name) ? undefined : names.unread(name)),
  };
}

/** A link to a folder, and the root below which it was met. */
interface LinkedFolder {
  readonly root: string;
  readonly location: string;
}
