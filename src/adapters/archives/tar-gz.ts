import { closeSync } from 'node:fs';
import { finished } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { ByteSource } from '../../core/archives/walk-tar.js';
import { codeOf, messageOf } from '../../core/thrown.js';
import { ArchiveError } from '../../errors.js';
import type { ArchiveMember, OpenArchive } from '../../ports.js';
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
        // Reads to the end of the file, which tells whether the whole is sound.
        await listTar(listing, take, warn);
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
  readonly #pieces: AsyncGenerator<Buffer>;
  readonly #most: number;
  #rest: Buffer = Buffer.alloc(0);

  constructor({ descriptor, stamp }: ArchiveFile) {
    this.#most = Math.max(HARMLESS_BYTES, MOST_RATIO * stamp.bytes);
    this.#pieces = unpack(descriptor, stamp.bytes);
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
    this.isLost = true;
    await this.skipTo(start);
    yield* this.#take(length);
    this.isLost = false;
  }

  close(): void {
    void this.#pieces.return(undefined);
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
    const next = await this.#pieces.next();
    if (next.done === true) return false;
    this.#rest = next.value;
    return true;
  }
}

/** Packed bytes that are unpacked at once, which may become a thousand times as many; then those where it fails. */
const PIECES = [1 << 16, 1 << 8, 1];
const [WHOLE_PIECE = 1] = PIECES;

/**
 * The bytes of a gzip file. Of one that is damaged, all that stands before the damage comes first: zlib drops what it made
 * of the piece in which it fails, so that piece is taken in smaller ones, at last byte by byte, from the start again.
 *
 * @throws {ArchiveError} {ImageError} UNREADABLE.
 */
async function* unpack(descriptor: number, bytes: number): AsyncGenerator<Buffer> {
  let given = 0;
  let failing = Infinity;
  for (const size of PIECES) {
    const gunzip = new Gunzipper();
    let [fed, made] = [0, 0];
    try {
      for await (const part of readPart(descriptor, 0, bytes)) {
        for (let at = 0; at < part.length;) {
          const length = fed < failing ? Math.min(WHOLE_PIECE, failing - fed) : size;
          const piece = part.subarray(at, at + length);
          for (const unpacked of await gunzip.write(piece)) {
            const known = given - made;
            made += unpacked.length;
            if (made <= given) continue;
            given = made;
            yield unpacked.subarray(known);
          }
          at += piece.length;
          fed += piece.length;
        }
      }
      await gunzip.end();
      return;
    } catch (error) {
      if (!(error instanceof ArchiveError) || size === 1 || fed === bytes) throw error;
      failing = fed;
    } finally {
      gunzip.close();
    }
  }
}

/** Unpacks piece by piece. */
class Gunzipper {
  #begun = false;
  readonly #gunzip = createGunzip({ chunkSize: 1 << 18 });
  readonly #made: Buffer[] = [];

  constructor() {
    this.#gunzip.on('data', (part: Buffer) => this.#made.push(part));
    // Errors reach whoever writes.
    this.#gunzip.on('error', () => undefined);
  }

  /** @returns what has been made of the pieces up to this one. @throws {ArchiveError} */
  async write(piece: Buffer): Promise<Buffer[]> {
    await new Promise<void>((resolve, reject) => {
      const fail = (error: Error): void => {
        reject(this.#faultOf(error));
      };
      // Of a failure the callback does not always hear.
      this.#gunzip.once('error', fail);
      this.#gunzip.write(piece, (error) => {
        this.#gunzip.off('error', fail);
        if (error) fail(error);
        else resolve();
      });
    });
    this.#begun ||= this.#made.length > 0;
    return this.#made.splice(0);
  }

  /** @throws {ArchiveError} */
  async end(): Promise<void> {
    this.#gunzip.end();
    await finished(this.#gunzip).catch((error: unknown) => {
      throw this.#faultOf(error);
    });
  }

  close(): void {
    this.#gunzip.destroy();
  }

  #faultOf(error: unknown): ArchiveError {
    if (codeOf(error) === 'Z_BUF_ERROR') return new ArchiveError('it is cut off');
    const message = messageOf(error);
    if (message !== NO_HEADER) return new ArchiveError(`it is damaged (${message})`);
    return new ArchiveError(this.#begun ? 'what follows its end is no gzip data' : 'it is no gzip file');
  }
}

/** Zlib's words for what does not start as gzip data does. */
const NO_HEADER = 'incorrect header check';
