import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { open, rm, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { hasCode } from '../core/thrown.js';
import { FatalError } from '../errors.js';
import { HEAD_BYTES } from './wrong-file.js';

/** Never follows a link and never waits for the other end of a FIFO. */
const OPEN = constants.O_RDWR | constants.O_APPEND | constants.O_NOFOLLOW | constants.O_NONBLOCK;
/** Fails where something, be it a dangling link, has the name. */
const CREATE = OPEN | constants.O_CREAT | constants.O_EXCL;

/** A file that is still arriving, hashed as it grows. */
export class PartialFile {
  private hash: Hash = createHash('sha256');
  private start: Buffer = Buffer.alloc(0);
  private length = 0;

  private constructor(private readonly handle: FileHandle) {}

  /**
   * Opens or creates it, and hashes what an earlier attempt left there. What another user left is not gone on with: they
   * could change it after the check.
   *
   * @param uid of this process; undefined where users have no number.
   * @throws {FatalError} OUTPUT_UNUSABLE where anything but a regular file has the name; system errors.
   */
  static async open(file: string, uid: number | undefined): Promise<PartialFile> {
    const handle = (await openOwn(file, uid)) ?? (await open(file, CREATE, 0o666));
    const part = new PartialFile(handle);
    try {
      const buffer = Buffer.allocUnsafe(1 << 20);
      for (;;) {
        const { bytesRead } = await handle.read(buffer, 0, buffer.length, part.length);
        if (bytesRead === 0) return part;
        part.take(buffer.subarray(0, bytesRead));
      }
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** Bytes so far. */
  get size(): number {
    return this.length;
  }

  /** The first bytes, for saying what a wrong file looks like. They outlive `restart`. */
  get head(): Buffer {
    return this.start;
  }

  async append(chunk: Uint8Array): Promise<void> {
    let written = 0;
    while (written < chunk.length) {
      const { bytesWritten } = await this.handle.write(chunk, written);
      written += bytesWritten;
    }
    this.take(chunk);
  }

  /** Empties it. */
  async restart(): Promise<void> {
    await this.handle.truncate(0);
    this.hash = createHash('sha256');
    this.length = 0;
  }

  /** sha256 in hex; nothing may be appended after. */
  digest(): string {
    return this.hash.digest('hex');
  }

  async sync(): Promise<void> {
    await this.handle.sync();
  }

  async close(): Promise<void> {
    await this.handle.close();
  }

  private take(chunk: Uint8Array): void {
    if (this.length === 0) this.start = Buffer.alloc(0);
    if (this.start.length < HEAD_BYTES) {
      this.start = Buffer.concat([this.start, chunk.subarray(0, HEAD_BYTES - this.start.length)]);
    }
    this.hash.update(chunk);
    this.length += chunk.length;
  }
}

/** @returns undefined where there is none, or one of another user's was removed. */
async function openOwn(file: string, uid: number | undefined): Promise<FileHandle | undefined> {
  let handle: FileHandle;
  try {
    handle = await open(file, OPEN);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    // In this order: a link, a socket, a folder.
    throw hasCode(error, 'ELOOP', 'ENXIO', 'EISDIR') ? notRegular(file, error) : error;
  }
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) throw notRegular(file);
    if (await isOwn(file, stats, uid)) return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
  await handle.close();
  await rm(file, { force: true });
  return undefined;
}

/** Some file systems give every file the owner of its folder. A second name may be that of any file of this user's. */
async function isOwn(file: string, { uid: owner, nlink }: Stats, uid: number | undefined): Promise<boolean> {
  if (nlink !== 1) return false;
  return uid === undefined || owner === uid || owner === (await stat(path.dirname(file))).uid;
}

function notRegular(file: string, cause?: unknown): FatalError {
  const message = `${file} is not a regular file. Remove it and run the same command again`;
  return new FatalError('OUTPUT_UNUSABLE', message, { cause });
}
