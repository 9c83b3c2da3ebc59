import { randomUUID } from 'node:crypto';
import {
  closeSync,
  constants,
  futimesSync,
  lstatSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmdirSync,
  unlinkSync,
  type Stats,
} from 'node:fs';
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { PathKind } from '../core/path-kind.js';
import { hasCode } from '../core/thrown.js';
import { FatalError } from '../errors.js';
import { replaceBy } from '../packs/replace-file.js';
import type { FileContent } from '../ports.js';
import { kindAt } from './files.js';
import type { OpenFolder } from './open-folder.js';
import { openPlainFile, plainFileAt, withPlainFile, type PlainFile } from './plain-file.js';

/** At the top of the output folder: what is being written, until it is whole and gets its name. */
export const TEMPORARIES = '.facetag-tmp';

/** `randomUUID`'s: nothing else in that folder is ours to remove. */
const TEMPORARY_NAME = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

/** Folders kept open. Pictures come in path order, so that neighbours share theirs. */
const KEPT_OPEN = 32;

const PIECE = 1 << 20;

/** Fails where something, be it a dangling link, has the name. */
const NEW = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/**
 * Everything that is done below an output folder goes through here, and nothing here follows a link: each folder on the
 * way is opened in the one before it, files are opened only where they are plain ones, and only plain files are replaced
 * or removed. New content is written to one folder at the top and renamed from there, so that what a killed run leaves
 * is found with one look. A rename also refuses to cross into anything mounted below the output folder.
 *
 * Paths are relative to the output folder, of plain names with `/` between them (see `core/output-paths.ts`).
 */
export class OutputTree {
  /** The least recently used one first. */
  readonly #open = new Map<string, OpenFolder>();
  /** Of these, the one that was asked for last. */
  #latest: { readonly relative: string; readonly folder: OpenFolder } | undefined;
  #temporaries: OpenFolder | undefined;

  constructor(
    readonly root: OpenFolder,
    /** Asked before each change; throws when this process may not change anything any more. */
    readonly mayChange: () => void = () => undefined,
  ) {}

  /** @returns undefined where there is nothing. @throws {OddFileError} when it is no plain file. */
  stats(relative: string): Stats | undefined {
    const address = this.#find(relative);
    return address === undefined ? undefined : plainFileAt(address, this.#place(relative));
  }

  /** What there is by that name; a link there is followed, none on the way to it. @throws {OddFileError} */
  kindAt(relative: string): PathKind {
    const address = this.#find(relative);
    return address === undefined ? 'absent' : kindAt(address);
  }

  /** Whether there is a folder by that name at the top. */
  hasFolder(name: string): boolean {
    return lstatSync(this.root.at(name), { throwIfNoEntry: false })?.isDirectory() ?? false;
  }

  /** Lends an open file. @throws {OddFileError} */
  withFile<T>(relative: string, use: (file: PlainFile) => T): T {
    return withPlainFile(this.#address(relative), this.#place(relative), use);
  }

  /** Opens a file for reading; the caller closes it. @throws {OddFileError} */
  open(relative: string): PlainFile {
    return openPlainFile(this.#address(relative), this.#place(relative));
  }

  /** Makes a file to write and read piece by piece. @returns its descriptor, which the caller closes. @throws EEXIST. */
  create(relative: string): number {
    this.mayChange();
    return openSync(this.#address(relative, true), NEW, 0o666);
  }

  /** Reads a file that need not fit in memory. @throws {OddFileError} */
  async *pieces(relative: string): AsyncGenerator<Uint8Array> {
    const { descriptor } = openPlainFile(this.#address(relative), this.#place(relative));
    try {
      for (;;) {
        const piece = Buffer.allocUnsafe(PIECE);
        const length = readSync(descriptor, piece);
        if (length === 0) return;
        yield piece.subarray(0, length);
        await nextTurn();
      }
    } finally {
      closeSync(descriptor);
    }
  }

  /**
   * Writes a file whole or not at all, and the folders on its way.
   *
   * @param mtimeMs becomes the file's mtime.
   * @throws {OddFileError} when there is anything but a plain file by that name, or a link on the way to it.
   */
  async replace(relative: string, content: FileContent, mtimeMs?: number): Promise<void> {
    try {
      await this.#replace(relative, content, mtimeMs);
    } catch (error) {
      if (!hasCode(error, 'ENOENT')) throw error;
      this.assertInPlace();
      // A folder on the way was removed while it was kept open.
      this.forgetFolders();
      if (typeof content !== 'string' && !(content instanceof Uint8Array)) throw error;
      await this.#replace(relative, content, mtimeMs);
    }
  }

  async #replace(relative: string, content: FileContent, mtimeMs: number | undefined): Promise<void> {
    this.mayChange();
    const name = randomUUID();
    const route = {
      temporary: () => this.#temporaryFolder().at(name),
      target: () => {
        this.mayChange();
        const address = this.#address(relative, true);
        plainFileAt(address, this.#place(relative));
        return address;
      },
    };
    await replaceBy(route, content, mtimeMs);
  }

  /** Removes a file, if there is one. @throws {OddFileError} when there is something else. */
  remove(relative: string): void {
    this.mayChange();
    if (!this.stats(relative)) return;
    const temporary = this.#temporaryFolder().at(randomUUID());
    // Unlike unlinking, a rename does not reach into what is mounted below.
    renameSync(this.#address(relative), temporary);
    unlinkSync(temporary);
  }

  /** Names of the plain files in a folder; none where there is no such folder. @throws {OddFileError} when it is none. */
  filesIn(folder: string): string[] {
    return this.#entries(folder).flatMap((entry) => (entry.isFile() ? [entry.name] : []));
  }

  /** Removes a folder with nothing in it, if there is one. */
  removeIfEmpty(folder: string): void {
    this.mayChange();
    this.#open.get(folder)?.close();
    this.#open.delete(folder);
    this.#latest = undefined;
    try {
      rmdirSync(this.#address(folder));
    } catch (error) {
      // It is not there, not empty, no folder, or something is mounted on it.
      if (!hasCode(error, 'ENOENT', 'ENOTEMPTY', 'EEXIST', 'ENOTDIR', 'EBUSY')) throw error;
    }
  }

  /** Sets a file's mtime. @throws {OddFileError} */
  touch(relative: string, mtimeMs: number): void {
    this.mayChange();
    this.withFile(relative, ({ descriptor }) => {
      futimesSync(descriptor, mtimeMs / 1000, mtimeMs / 1000);
    });
  }

  /**
   * Files, and whatever else is no folder, below a folder: paths relative to it, folder by folder. Looks anew from the
   * top, and lets others have their turn in between.
   *
   * @throws {OddFileError} when the folder itself is none.
   */
  async *filesBelow(folder: string): AsyncGenerator<string[]> {
    this.forgetFolders();
    const pending = [''];
    for (let inner = pending.pop(); inner !== undefined; inner = pending.pop()) {
      const files: string[] = [];
      for (const entry of this.#entries(inner === '' ? folder : `${folder}/${inner}`)) {
        const relative = inner === '' ? entry.name : `${inner}/${entry.name}`;
        if (entry.isDirectory()) pending.push(relative);
        else files.push(relative);
      }
      yield files;
      await nextTurn();
    }
  }

  #entries(folder: string) {
    try {
      return this.#folder(folder, false).list();
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return [];
      throw error;
    }
  }

  /** Removes what was being written when a process was killed. Only safe while the output folder is locked. */
  sweep(): void {
    for (const entry of this.#entries(TEMPORARIES)) {
      if (!TEMPORARY_NAME.test(entry.name)) continue;
      if (entry.isFile()) unlinkSync(this.#temporaryFolder().at(entry.name));
      else if (entry.isDirectory()) this.removeWorkFolder(this.#temporaryFolder().child(entry.name, false));
    }
  }

  /**
   * Makes a folder for files that are needed during the work alone, and that nobody else may read. It goes with the next
   * sweep, whatever ends this process.
   *
   * @returns the folder, for `removeWorkFolder`.
   */
  makeWorkFolder(): OpenFolder {
    this.mayChange();
    const name = randomUUID();
    const temporaries = this.#temporaryFolder();
    mkdirSync(temporaries.at(name), 0o700);
    return temporaries.child(name, false);
  }

  /** Removes a folder of `makeWorkFolder` with the files in it. What cannot be removed is left to the next sweep. */
  removeWorkFolder(folder: OpenFolder): void {
    try {
      for (const entry of folder.list()) if (!entry.isDirectory()) unlinkSync(folder.at(entry.name));
      rmdirSync(this.#temporaryFolder().at(path.basename(folder.path)));
    } catch {
      // It is private, and in the way of nothing.
    } finally {
      folder.close();
    }
  }

  /** Sweeps and leaves no trace of it. */
  tidy(): void {
    this.sweep();
    this.forgetFolders();
    try {
      rmdirSync(this.root.at(TEMPORARIES));
    } catch (error) {
      if (!hasCode(error, 'ENOENT', 'ENOTEMPTY', 'EEXIST')) throw error;
    }
  }

  /** @throws {FatalError} OUTPUT_UNUSABLE when the output folder is not the one any more that its path leads to. */
  assertInPlace(): void {
    if (this.root.isAt(this.root.path)) return;
    throw new FatalError(
      'OUTPUT_UNUSABLE',
      `${this.root.path} was removed or replaced during the run: what was written there is lost. Run the same command again`,
    );
  }

  /** Closes the folders that were kept open: they are opened anew, so that a link put in their place shows. */
  forgetFolders(): void {
    for (const folder of this.#open.values()) folder.close();
    this.#open.clear();
    this.#latest = undefined;
    this.#temporaries?.close();
    this.#temporaries = undefined;
  }

  close(): void {
    this.forgetFolders();
    this.root.close();
  }

  #place(relative: string): string {
    return `${this.root.path}/${relative}`;
  }

  /** Not among the others, so that a rename has both of its folders open. */
  #temporaryFolder(): OpenFolder {
    return (this.#temporaries ??= this.root.child(TEMPORARIES, true));
  }

  /** The address of a file for one system call, made at once. @throws ENOENT where there is no such folder. */
  #address(relative: string, make = false): string {
    const slash = relative.lastIndexOf('/');
    const folder = slash === -1 ? this.root : this.#folder(relative.slice(0, slash), make);
    return folder.at(relative.slice(slash + 1));
  }

  /** As `#address`; undefined where there is no such folder. */
  #find(relative: string): string | undefined {
    try {
      return this.#address(relative);
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return undefined;
      throw error;
    }
  }

  /** Good until the next folder is asked for. */
  #folder(relative: string, make: boolean): OpenFolder {
    if (relative === '.') return this.root;
    if (this.#latest?.relative === relative) return this.#latest.folder;
    const folder =
      this.#open.get(relative) ??
      this.#folder(path.dirname(relative), make).child(path.basename(relative), make);
    this.#open.delete(relative);
    this.#open.set(relative, folder);
    if (this.#open.size > KEPT_OPEN) this.#closeOldest();
    this.#latest = { relative, folder };
    return folder;
  }

  #closeOldest(): void {
    for (const [relative, folder] of this.#open) {
      this.#open.delete(relative);
      folder.close();
      return;
    }
  }
}
