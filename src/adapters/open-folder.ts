import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  statSync,
  type Dirent,
} from 'node:fs';
import path from 'node:path';
import { hasCode } from '../core/thrown.js';
import { kindOf, OddFileError } from './plain-file.js';

const FOLDER = constants.O_RDONLY | constants.O_DIRECTORY;

/**
 * A folder that is held open. Names in it are looked up in the very folder that was opened, whatever its path leads to
 * by now, and folders in it are opened without following links.
 *
 * Node has no `openat`. On Linux `/proc/self/fd/<n>/<name>` does the same. Without `/proc` (macOS) the path is used, after
 * a look whether it still leads to the folder that was opened: a link that is there is noticed, but one that is put there
 * between the look and the use is followed.
 */
export class OpenFolder {
  #identity: string | undefined;
  #closed = false;

  private constructor(
    /** As it was named: for people. */
    readonly path: string,
    private readonly descriptor: number,
    private readonly anchored: boolean,
  ) {}

  /**
   * @param location may lead through links: whoever named it meant them.
   * @param anchor false does as on a system without `/proc`.
   * @throws the system's error when it is no folder or cannot be opened.
   */
  static at(location: string, anchor = true): OpenFolder {
    const descriptor = openSync(location, FOLDER);
    return new OpenFolder(location, descriptor, anchor && isAnchor(descriptor));
  }

  /** Device and inode: tells this folder from any other. */
  get identity(): string {
    return (this.#identity ??= identityOf(fstatSync(this.descriptor, { bigint: true })));
  }

  /**
   * Opens a folder in this one.
   *
   * @param make makes it where it is missing.
   * @throws {OddFileError} when the name is that of a link or of anything but a folder.
   */
  child(name: string, make: boolean): OpenFolder {
    const location = this.at(name);
    try {
      return this.#open(name, location);
    } catch (error) {
      if (!make || !hasCode(error, 'ENOENT')) throw error;
      makeUnlessThere(location);
      return this.#open(name, location);
    }
  }

  #open(name: string, location: string): OpenFolder {
    try {
      const descriptor = openSync(location, FOLDER | constants.O_NOFOLLOW);
      return new OpenFolder(path.join(this.path, name), descriptor, this.anchored);
    } catch (error) {
      if (hasCode(error, 'ENOTDIR', 'ELOOP')) refuseAllButFolder(location, path.join(this.path, name));
      throw error;
    }
  }

  /** An address of a name in this folder, for one system call. The name itself may be a link: no call may follow it. */
  at(name: string): string {
    // The number may be another file's by now.
    if (this.#closed) throw new Error(`${this.path} was closed`);
    if (this.anchored) return `/proc/self/fd/${this.descriptor}/${name}`;
    if (!this.isAt(this.path)) throw vanished(this.path);
    return path.join(this.path, name);
  }

  /** Whether this path leads to this folder. */
  isAt(location: string): boolean {
    const stats = statSync(location, { bigint: true, throwIfNoEntry: false });
    return stats !== undefined && identityOf(stats) === this.identity;
  }

  list(): Dirent[] {
    return readdirSync(this.at(''), { withFileTypes: true });
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    closeSync(this.descriptor);
  }
}

/** As the system says it of what is looked up in a folder that was removed. */
function vanished(location: string): Error {
  return Object.assign(new Error(`${location} is not the folder that it was before`), { code: 'ENOENT' });
}

function identityOf({ dev, ino }: { dev: bigint; ino: bigint }): string {
  return `${dev}:${ino}`;
}

function isAnchor(descriptor: number): boolean {
  try {
    const there = statSync(`/proc/self/fd/${descriptor}/.`, { bigint: true });
    return identityOf(there) === identityOf(fstatSync(descriptor, { bigint: true }));
  } catch {
    return false;
  }
}

function makeUnlessThere(location: string): void {
  try {
    mkdirSync(location);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  }
}

/** @throws {OddFileError} when there is anything but a folder. */
function refuseAllButFolder(address: string, place: string): void {
  const stats = lstatSync(address, { throwIfNoEntry: false });
  if (stats && !stats.isDirectory()) throw new OddFileError(kindOf(stats), place);
}
