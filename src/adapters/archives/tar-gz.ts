import { closeSync } from 'node:fs';
import { pipeline, Readable } from 'node:stream';
import { createGunzip, type Gunzip } from 'node:zlib';
import type { ByteSource } from '../../core/archives/walk-tar.js';
import { codeOf, messageOf } from '../../core/thrown.js';
import { ArchiveError, ImageError } from '../../errors.js';
import type { ArchiveMember, OpenArchive } from '../../ports.js';
import { unreadable } from '../file-faults.js';
import { openArchiveFile, readPart, requireUnchanged, type ArchiveFile } from './open-file.js';
import { listTar } from './tar.js';

/** A compressed archive is unpacked from its start to list it, and again to read its members, best in their order. */
export function openTarGz(path: string): OpenArchive {
  const file = openArchiveFile(path);
  let source: GunzipSource | undefined;
  const at = (offset: number): GunzipSource => {
    if (source === undefined || source.isLost || source.position > offset) {
      source?.close();
      source = new GunzipSource(file);
    }
    return source;
  };
  return {
    stamp: file.stamp,
    isSequential: true,
    async list(take, warn) {
      const listing = new GunzipSource(file);
      try {
        await listTar(listing, take, warn);
        // What comes after the archive's end tells whether the whole is sound.
        await listing.skipTo(Infinity);
      } finally {
        listing.close();
      }
    },
    async *read({ offset, bytes }: ArchiveMember) {
      requireUnchanged(file);
      yield* at(offset).part(offset, bytes);
      requireUnchanged(file);
    },
    close() {
      source?.close();
      closeSync(file.descriptor);
      return Promise.resolve();
    },
  };
}

/** An archive of pictures unpacks to little more than itself: what unpacks to more than this is made to fill disks. */
const MOST_RATIO = 200;
/** Below this it does no harm. */
const HARMLESS_BYTES = 2 ** 30;

/** The bytes of a gzip file, unpacked as they are asked for. */
class GunzipSource implements ByteSource {
  position = 0;
  /** It has failed, or somebody stopped in the middle of a piece. */
  isLost = false;
  readonly #gunzip: Gunzip;
  readonly #chunks: AsyncIterator<Buffer>;
  readonly #most: number;
  #rest: Buffer = Buffer.alloc(0);

  constructor({ descriptor, stamp }: ArchiveFile) {
    this.#most = Math.max(HARMLESS_BYTES, MOST_RATIO * stamp.bytes);
    const packed = Readable.from(readPart(descriptor, 0, stamp.bytes), { objectMode: false });
    this.#gunzip = createGunzip({ chunkSize: 1 << 18 });
    // Its errors reach whoever reads.
    pipeline(packed, this.#gunzip, () => undefined);
    this.#chunks = this.#gunzip[Symbol.asyncIterator]();
  }

  async read(length: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    for await (const part of this.#take(length)) parts.push(Buffer.from(part));
    return Buffer.concat(parts);
  }

  async skipTo(position: number): Promise<boolean> {
    const parts = this.#take(position - this.position);
    while ((await parts.next()).done !== true);
    return this.position === position;
  }

  /** @throws {ArchiveError} {ImageError} UNREADABLE. */
  async *part(start: number, length: number): AsyncGenerator<Buffer> {
    await this.skipTo(start);
    this.isLost = true;
    yield* this.#take(length);
    this.isLost = false;
  }

  close(): void {
    this.#gunzip.destroy();
  }

  async *#take(length: number): AsyncGenerator<Buffer> {
    for (let left = length; left > 0;) {
      if (this.#rest.length === 0 && !(await this.#next())) return;
      const part = this.#rest.subarray(0, left);
      this.#rest = this.#rest.subarray(part.length);
      this.position += part.length;
      left -= part.length;
      yield part;
    }
  }

  async #next(): Promise<boolean> {
    if (this.position > this.#most) {
      throw new ArchiveError(`it unpacks to more than ${MOST_RATIO} times its size`);
    }
    try {
      const next = await this.#chunks.next();
      if (next.done === true) return false;
      this.#rest = next.value;
      return true;
    } catch (error) {
      throw faultOf(error);
    }
  }
}

function faultOf(error: unknown): Error {
  const code = codeOf(error) ?? '';
  if (code === 'Z_BUF_ERROR') return new ArchiveError('it is cut off');
  if (code === 'Z_DATA_ERROR' && messageOf(error) === 'incorrect header check')
    return new ArchiveError('it is no gzip file');
  if (code.startsWith('Z_')) return new ArchiveError(`it is damaged (${messageOf(error)})`);
  return error instanceof ImageError ? error : unreadable(error);
}
