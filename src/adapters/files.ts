import { createHash, type Hash } from 'node:crypto';
import {
  accessSync,
  closeSync,
  constants,
  createReadStream,
  existsSync,
  mkdirSync,
  openSync,
  readSync,
  statSync,
  unlinkSync,
  utimesSync,
} from 'node:fs';
import { copyFile, open, rename, unlink } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { codeOf } from '../core/thrown.js';
import { FatalError, ImageError } from '../errors.js';
import type { FileWriter, PictureFiles } from '../ports.js';
import { fatalWriteFault, notAFile, reasonOf, unreadable, writeFault } from './file-faults.js';

/** Node reads at most 2 GiB into one Buffer. */
const MAX_FILE_BYTES = 2 ** 31 - 1;

/** Left behind only by a killed process; swept when the next run takes over its lock. */
export const TEMPORARY_NAME = /^\.facetag-\d+-\d+\.tmp$/;

export const pictureFiles: PictureFiles = {
  stamp(file) {
    let stats;
    try {
      stats = statSync(file);
    } catch (error) {
      throw unreadable(error);
    }
    if (!stats.isFile()) throw notAFile();
    return { bytes: stats.size, mtimeMs: Math.round(stats.mtimeMs) };
  },

  async read(file) {
    pictureFiles.stamp(file);
    // O_NONBLOCK: should a FIFO have taken the file's place since, opening it must not wait for a writer.
    const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK).catch((error: unknown) => {
      throw unreadable(error);
    });
    try {
      const stats = await handle.stat();
      if (!stats.isFile()) throw notAFile();
      if (stats.size > MAX_FILE_BYTES) {
        throw new ImageError(
          'TOO_LARGE',
          `The file has ${stats.size} bytes, more than ${MAX_FILE_BYTES}`,
          'decode',
        );
      }
      return await handle.readFile();
    } catch (error) {
      throw error instanceof ImageError ? error : unreadable(error);
    } finally {
      await handle.close();
    }
  },

  async sha256(file) {
    const hash = createHash('sha256');
    try {
      const descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
      const length = readHead(descriptor, hash);
      if (length === HEAD.length) {
        await pipeline(createReadStream(file, { fd: descriptor, start: length }), hash);
      } else closeSync(descriptor);
    } catch (error) {
      throw unreadable(error);
    }
    return hash.digest('hex');
  },
};

/** A small file fits in: a stream and its buffer for each of 10,000 touched ones would take two seconds more. */
const HEAD = Buffer.alloc(1 << 17);

/** @returns how many bytes there are, at most the size of `HEAD`. Closes the file when it cannot be read. */
function readHead(descriptor: number, hash: Hash): number {
  try {
    const length = readSync(descriptor, HEAD, 0, HEAD.length, 0);
    hash.update(HEAD.subarray(0, length));
    return length;
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

let temporaryCount = 0;

/** A short name in the target's folder: the target's own may be as long as the file system allows. */
function temporaryBeside(target: string): string {
  temporaryCount += 1;
  return path.join(path.dirname(target), `.facetag-${process.pid}-${temporaryCount}.tmp`);
}

export const fileWriter: FileWriter = {
  write: (target, data) => writeWhole(target, data),
};

/**
 * Writes to a temporary name in the same folder and renames. No fsync: after a power cut a record may be empty, and an
 * empty record is simply done again.
 *
 * @param mtimeMs becomes the file's mtime.
 * @throws {ImageError} WRITE_FAILED for this path's own fault. @throws {FatalError} OUTPUT_UNUSABLE for the disk's.
 */
export async function writeWhole(target: string, data: Buffer | string, mtimeMs?: number): Promise<void> {
  const write = async (temporary: string): Promise<void> => {
    await writeNew(temporary, data);
    if (mtimeMs !== undefined) setMtime(temporary, mtimeMs);
  };
  await replace(target, write, writeFault);
}

async function replace(
  target: string,
  write: (temporary: string) => Promise<void>,
  fault: typeof writeFault,
): Promise<void> {
  const temporary = temporaryBeside(target);
  try {
    await write(temporary);
    await rename(temporary, target);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw fault(error, target);
  }
}

async function writeNew(file: string, data: Buffer | string): Promise<void> {
  let handle;
  try {
    handle = await open(file, 'wx');
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    makeFolders(path.dirname(file));
    handle = await open(file, 'wx');
  }
  try {
    await handle.writeFile(data);
  } finally {
    await handle.close();
  }
}

/** Copies a file by way of a temporary name in the target's folder. @throws as `writeWhole`. */
export async function copyWhole(from: string, to: string): Promise<void> {
  const copy = async (temporary: string): Promise<void> => {
    makeFolders(path.dirname(to));
    await copyFile(from, temporary);
  };
  await replace(to, copy, writeFault);
}

/**
 * Writes a file that belongs to the whole run, holding a few hundred kilobytes at most. A device or a pipe that has its
 * name (`--summary /dev/stderr`) is written to, not replaced.
 *
 * @throws {FatalError} OUTPUT_UNUSABLE, whatever is wrong.
 */
export async function writeForRun(target: string, chunks: Iterable<string>): Promise<void> {
  if (isSpecial(target)) {
    await writeBlocks(target, 'a', chunks).catch((error: unknown) => {
      throw fatalWriteFault(error, target);
    });
  } else await replace(target, (temporary) => writeBlocks(temporary, 'wx', chunks), fatalWriteFault);
}

/**
 * What `writeForRun` needs and a target is not, as far as that can be told without writing: `a file in an existing folder`.
 *
 * @param toBeMade a folder that the run makes before.
 */
export function unmetForWriting(target: string, toBeMade: string | undefined): string | undefined {
  if (target === toBeMade || isFolder(target)) return 'a file, not a folder,';
  const folder = path.dirname(target);
  if (!isSpecial(target) && !isFolder(folder)) {
    return folder === toBeMade ? undefined : 'a file in an existing folder';
  }
  return mayWrite(isSpecial(target) ? target : folder) ? undefined : 'a file that may be written';
}

function isFolder(file: string): boolean {
  try {
    return statSync(file).isDirectory();
  } catch {
    return false;
  }
}

function mayWrite(file: string): boolean {
  try {
    accessSync(file, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function isSpecial(file: string): boolean {
  // Open already: behind `2> log`, /dev/stderr is a plain file of the shell's, and its name a link not to be replaced.
  if (/^\/(dev\/(stdout|stderr|fd\/)|proc\/)/.test(file)) return true;
  try {
    const stats = statSync(file);
    return !stats.isFile() && !stats.isDirectory();
  } catch {
    return false;
  }
}

async function writeBlocks(file: string, flag: 'a' | 'wx', chunks: Iterable<string>): Promise<void> {
  const handle = await open(file, flag);
  try {
    // Unlike write, appendFile goes on after a short write, which a disk that is nearly full answers with.
    for (const block of blocks(chunks)) await handle.appendFile(block);
  } finally {
    await handle.close();
  }
}

function* blocks(chunks: Iterable<string>): Iterable<string> {
  let block = '';
  for (const chunk of chunks) {
    block += chunk;
    if (block.length < 1 << 16) continue;
    yield block;
    block = '';
  }
  if (block !== '') yield block;
}

export function setMtime(file: string, mtimeMs: number): void {
  utimesSync(file, mtimeMs / 1000, mtimeMs / 1000);
}

export function removeFile(file: string): void {
  try {
    unlinkSync(file);
  } catch (error) {
    const code = codeOf(error);
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw writeFault(error, file);
  }
}

/** @throws {FatalError} OUTPUT_UNUSABLE. */
export function makeFolder(folder: string): void {
  try {
    makeFolders(folder);
  } catch (error) {
    throw new FatalError('OUTPUT_UNUSABLE', `Cannot create the folder ${folder}: ${reasonOf(error)}`, {
      cause: error,
    });
  }
}

/** Node reports a read-only or full disk as ENOENT when it makes several folders: the first one alone tells the truth. */
function makeFolders(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    let missing = folder;
    while (!existsSync(path.dirname(missing))) missing = path.dirname(missing);
    mkdirSync(missing);
    mkdirSync(folder, { recursive: true });
  }
}
