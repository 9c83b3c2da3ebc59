import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { HEAD_BYTES } from './wrong-file.js';

/** A file that is still arriving, hashed as it grows. */
export class PartialFile {
  private hash: Hash = createHash('sha256');
  private start: Buffer = Buffer.alloc(0);
  private length = 0;

  private constructor(private readonly handle: FileHandle) {}

  /** Opens or creates it, and hashes what an earlier attempt left there. */
  static async open(file: string): Promise<PartialFile> {
    const handle = await open(file, 'a+');
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
