import { closeSync, constants, fstatSync, openSync, read, readSync } from 'node:fs';
import { promisify } from 'node:util';
import { ImageError } from '../../errors.js';
import type { FileStamp } from '../../types.js';
import { notAFile, unreadable } from '../file-faults.js';

/** An archive that is open for reading. */
export interface ArchiveFile {
  readonly descriptor: number;
  readonly stamp: FileStamp;
}

/** @throws {ImageError} UNREADABLE or NOT_A_FILE. */
export function openArchiveFile(file: string): ArchiveFile {
  let descriptor: number | undefined;
  try {
    // Should a FIFO have taken the file's place, opening it must not wait for a writer.
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) throw notAFile();
    return { descriptor, stamp: { bytes: stats.size, mtimeMs: Math.round(stats.mtimeMs) } };
  } catch (error) {
    if (descriptor !== undefined) closeSync(descriptor);
    throw error instanceof ImageError ? error : unreadable(error);
  }
}

/**
 * What was listed is not what is there any more.
 *
 * @throws {ImageError} UNREADABLE.
 */
export function requireUnchanged({ descriptor, stamp }: ArchiveFile): void {
  const { size, mtimeMs } = fstatSync(descriptor);
  if (size === stamp.bytes && Math.round(mtimeMs) === stamp.mtimeMs) return;
  throw new ImageError('UNREADABLE', 'The archive has changed since it was opened', 'discover');
}

const readAsync = promisify(read);

/** Bytes of a file read at once. */
const PIECE = 1 << 18;

/**
 * A part of the file, in pieces; shorter where the file ends before. Leaves the file open, as a stream of Node's would
 * not.
 *
 * @throws {ImageError} UNREADABLE.
 */
export async function* readPart(descriptor: number, start: number, length: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < length;) {
    const piece = Buffer.allocUnsafe(Math.min(length - at, PIECE));
    const { bytesRead } = await readAsync(descriptor, piece, 0, piece.length, start + at).catch(
      (error: unknown) => {
        throw unreadable(error);
      },
    );
    if (bytesRead === 0) return;
    yield piece.subarray(0, bytesRead);
    at += bytesRead;
  }
}

/** Reads small things here and there, a block at a time. */
export class BlockReader {
  readonly #block = Buffer.allocUnsafe(BLOCK_BYTES);
  #start = 0;
  #length = 0;

  constructor(private readonly descriptor: number) {}

  /** A copy, unless it is longer than a block; shorter where the file ends before. @throws {ImageError} UNREADABLE. */
  read(position: number, length: number): Buffer {
    try {
      if (length > BLOCK_BYTES) {
        const long = Buffer.allocUnsafe(length);
        return long.subarray(0, readSync(this.descriptor, long, 0, length, position));
      }
      if (position < this.#start || position + length > this.#start + this.#length) {
        this.#start = position;
        this.#length = readSync(this.descriptor, this.#block, 0, BLOCK_BYTES, position);
      }
    } catch (error) {
      throw unreadable(error);
    }
    const at = position - this.#start;
    return this.#block.subarray(at, Math.min(at + length, this.#length));
  }
}

/** Small, for between two headers there are megabytes that nobody wants. */
const BLOCK_BYTES = 1 << 14;
