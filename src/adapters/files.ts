import { createHash, type Hash } from 'node:crypto';
import nodeFs, { closeSync, constants, createReadStream, openSync, readSync, statSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { kindNow, type PathKind } from '../core/path-kind.js';
import { requireDecodable } from '../core/picture-format/inspect.js';
import { ImageError } from '../errors.js';
import type { PictureFiles } from '../ports.js';
import { notAFile, unreadable } from './file-faults.js';

/** Node reads at most 2 GiB into one Buffer. */
const MAX_FILE_BYTES = 2 ** 31 - 1;

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

  async read(file, maxBytes) {
    pictureFiles.stamp(file);
    // O_NONBLOCK: should a FIFO have taken the file's place since, opening it must not wait for a writer.
    const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK).catch((error: unknown) => {
      throw unreadable(error);
    });
    try {
      const stats = await handle.stat();
      if (!stats.isFile()) throw notAFile();
      if (stats.size > HEAD_BYTES) await requirePictureHead(handle);
      const limit = Math.min(maxBytes, MAX_FILE_BYTES);
      if (stats.size > limit) {
        const message = `the file has ${stats.size} bytes, more than --max-bytes ${limit}`;
        throw new ImageError('TOO_LARGE', message, 'decode');
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
      if (length === HEAD_BYTES) {
        await pipeline(createReadStream(file, { fd: descriptor, start: length }), hash);
      } else closeSync(descriptor);
    } catch (error) {
      throw unreadable(error);
    }
    return hash.digest('hex');
  },
};

/** How much of a file is read at first, in bytes: a small one whole. */
const HEAD_BYTES = 1 << 17;

/** For one file after the other: a stream and its buffer for each of 10,000 touched ones would take two seconds more. */
const SHARED_HEAD = Buffer.alloc(HEAD_BYTES);

/** @returns how many bytes there are, at most `HEAD_BYTES`. Closes the file when it cannot be read. */
function readHead(descriptor: number, hash: Hash): number {
  try {
    const length = readSync(descriptor, SHARED_HEAD, 0, HEAD_BYTES, 0);
    hash.update(SHARED_HEAD.subarray(0, length));
    return length;
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

/** Reads the first bytes alone: gigabytes that are no picture, or that nobody ever wrote, cost no more than these. */
async function requirePictureHead(handle: FileHandle): Promise<void> {
  // Its own, as other files are read meanwhile. The handle's position stays at the start.
  const head = Buffer.allocUnsafe(HEAD_BYTES);
  const { bytesRead } = await handle.read(head, 0, HEAD_BYTES, 0);
  try {
    requireDecodable(head.subarray(0, bytesRead));
  } catch (error) {
    throw error instanceof ImageError ? new ImageError(error.code, error.message, 'decode') : error;
  }
}

/** What there is at a path, links followed. */
export function kindAt(file: string): PathKind {
  return kindNow(nodeFs, file);
}

export function isFifo(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFIFO() === true;
}

/** Milliseconds since the epoch; undefined where there is no such file. */
export function mtimeOf(file: string): number | undefined {
  try {
    return statSync(file).mtimeMs;
  } catch {
    return undefined;
  }
}
