import { join } from 'node:path';
import type { PictureNames } from './picture-names.js';

/** Something that could not be listed, or bears a picture's name and is none. It counts as a failed picture (exit 1). */
export interface DiscoveryProblem {
  /** Absolute; bytes that are not UTF-8 appear as `\xNN`. */
  readonly path: string;
  /** As a picture's name; `.` for the base folder itself. */
  readonly relativePath: string;
  readonly code: 'UNREADABLE' | 'NOT_A_FILE';
  readonly message: string;
}

/** Where the parts of discovery put what they find: plain strings, since there may be millions. */
export class Findings {
  /** Names of pictures; unsorted, may repeat. */
  readonly pictures: string[] = [];
  /** Names of what is in a list and not there; unsorted, may repeat. */
  readonly absent: string[] = [];
  readonly #resultFolders = new Set<string>();
  /** Paths of folders of the system that were left out. */
  readonly systemFolders = new Set<string>();
  readonly #unread = new Map<string, number>();
  /** By their names: an escaped path may be another file's. */
  readonly #problems = new Map<string, DiscoveryProblem>();

  constructor(readonly names: PictureNames) {}

  unreadable(path: string, message: string): void {
    this.#add({ path, code: 'UNREADABLE', message, relativePath: this.#nameOf(path) });
  }

  /** @param name with the bytes that are not UTF-8 escaped. */
  undecodable(folder: string, name: string): void {
    const around = this.#nameOf(folder);
    const relativePath = around === '.' ? name : `${around}/${name}`;
    const message = 'its name is not valid UTF-8: rename it';
    this.#add({ path: join(folder, name), code: 'UNREADABLE', message, relativePath });
  }

  /** A FIFO, socket or device where a picture was expected. */
  notAFile(path: string): void {
    const message = 'not a regular file, so it was not opened';
    this.#add({ path, code: 'NOT_A_FILE', message, relativePath: this.#nameOf(path) });
  }

  /** A folder below a named one that was left out. */
  results(path: string): void {
    this.#resultFolders.add(path);
  }

  /** Output folders of facetag that were left out, in path order. */
  get resultFolders(): string[] {
    return [...this.#resultFolders].sort();
  }

  /** A file that looks like a picture or a video by its extension, and is not read. */
  notRead(extension: string): void {
    this.#unread.set(extension, (this.#unread.get(extension) ?? 0) + 1);
  }

  /** Number of files not read by extension, in alphabetical order. */
  get unread(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#unread].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** How much was found so far, repeats included. */
  get count(): number {
    return this.pictures.length + this.absent.length + this.#problems.size;
  }

  /** In path order; what was met twice is there once. */
  get problems(): DiscoveryProblem[] {
    return [...this.#problems.values()].sort((a, b) => (a.relativePath < b.relativePath ? -1 : 1));
  }

  #add(problem: DiscoveryProblem): void {
    const { relativePath } = problem;
    if (!this.#problems.has(relativePath)) this.#problems.set(relativePath, problem);
  }

  #nameOf(path: string): string {
    return this.names.nameOf(path) ?? path;
  }
}
