import { createHash } from 'node:crypto';
import {
  constants,
  createReadStream,
  mkdirSync,
  renameSync,
  statSync,
  unlinkSync,
  utimesSync,
} from 'node:fs';
import { copyFile, mkdir, open, rename, unlink } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { FatalError, ImageError } from '../errors.js';
import type { FileWriter, PictureFiles } from '../types.js';

/** Node reads at most 2 GiB into one Buffer. */
const MAX_FILE_BYTES = 2 ** 31 - 1;

/** Left behind only by a killed process; swept when the next run takes over its lock. */
export const TEMPORARY_NAME = /^\.facetag-\d+-\d+\.tmp$/;

/** Faults of the disk, not of one path: the run cannot go on. */
const DISK_FAULTS: Readonly<Record<string, string>> = {
  ENOSPC: 'no space left on the disk',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'the file system is read-only',
  EIO: 'the disk reports an input/output error',
};

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
      await pipeline(createReadStream(file), hash);
    } catch (error) {
      throw unreadable(error);
    }
    return hash.digest('hex');
  },
};

let temporaryCount = 0;

/** A short name in the target's folder: the target's own may be as long as the file system allows. */
export function temporaryBeside(target: string): string {
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
 */
export async function writeWhole(target: string, data: Buffer | string, mtimeMs?: number): Promise<void> {
  const temporary = temporaryBeside(target);
  try {
    await writeNew(temporary, data);
    if (mtimeMs !== undefined) setMtime(temporary, mtimeMs);
    await rename(temporary, target);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw writeFault(error, target);
  }
}

async function writeNew(file: string, data: Buffer | string): Promise<void> {
  let handle;
  try {
    handle = await open(file, 'wx');
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    await mkdir(path.dirname(file), { recursive: true });
    handle = await open(file, 'wx');
  }
  try {
    await handle.writeFile(data);
  } finally {
    await handle.close();
  }
}

/** Copies a file by way of a temporary name in the target's folder. */
export async function copyWhole(from: string, to: string): Promise<void> {
  const temporary = temporaryBeside(to);
  try {
    await mkdir(path.dirname(to), { recursive: true });
    await copyFile(from, temporary);
    await rename(temporary, to);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw writeFault(error, to);
  }
}

/** Joins chunks into one file, replaced atomically, holding a few hundred kilobytes at most. */
export async function writeChunks(target: string, chunks: Iterable<string>): Promise<void> {
  const temporary = temporaryBeside(target);
  try {
    const handle = await open(temporary, 'wx');
    try {
      for (const block of blocks(chunks)) await handle.write(block);
    } finally {
      await handle.close();
    }
    renameSync(temporary, target);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw writeFault(error, target);
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

export function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new FatalError('OUTPUT_UNUSABLE', `Cannot create the folder ${folder}: ${reasonOf(error)}`, {
      cause: error,
    });
  }
}

/** Sorts a failed write: the disk's fault ends the run, a path's fault is one picture's. */
export function writeFault(error: unknown, target: string): Error {
  if (error instanceof ImageError || error instanceof FatalError) return error;
  const disk = DISK_FAULTS[codeOf(error) ?? ''];
  if (disk !== undefined) {
    const folder = path.dirname(target);
    return new FatalError(
      'OUTPUT_UNUSABLE',
      `Cannot write to ${folder}: ${disk}. Free or change it and run the same command again: finished pictures are kept`,
      {
        cause: error,
      },
    );
  }
  return new ImageError('WRITE_FAILED', `Cannot write ${path.basename(target)}: ${reasonOf(error)}`, 'write');
}

function unreadable(error: unknown): ImageError {
  const code = codeOf(error);
  if (code === 'EISDIR') return notAFile();
  return new ImageError('UNREADABLE', `Cannot read the file: ${reasonOf(error)}`, 'discover');
}

function notAFile(): ImageError {
  return new ImageError('NOT_A_FILE', 'Not a regular file', 'discover');
}

export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'it is not there (it may have vanished during the run)',
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  ENAMETOOLONG: 'the name is too long',
  ELOOP: 'too many symbolic links',
  ENOTDIR: 'a part of its path is not a folder',
  EISDIR: 'a folder has that name',
  ...DISK_FAULTS,
};

/** The reason without paths, so that records do not depend on where a run was made. */
export function reasonOf(error: unknown): string {
  const code = codeOf(error);
  if (code === undefined) return error instanceof Error ? error.message : String(error);
  return REASONS[code] ?? code;
}
