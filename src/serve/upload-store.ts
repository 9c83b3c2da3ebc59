import { UploadRoomError } from '../errors.js';
import type { UploadFile, UploadFolder } from '../ports.js';
import { ApiError, busy } from './api-error.js';

/** An upload that has arrived whole. */
export interface Upload {
  readonly file: UploadFile;
  /** As the record has it. */
  readonly name: string;
  readonly bytes: number;
}

/** Uploads take at most this share of what is free: lanes, copies and others need the rest. */
const SHARE = 0.5;

/** Where uploads go, within bounds for each and for all together. */
export class UploadStore {
  /** Bytes that an upload may have. */
  readonly maxBytes: number;
  readonly #most: number;
  #held = 0;

  /** @param memoryBytes of the machine, or of the control group. */
  constructor(
    private readonly folder: UploadFolder,
    maxBytes: number,
    memoryBytes: number,
    private readonly retrySeconds: () => number,
  ) {
    this.#most = Math.floor(SHARE * Math.min(folder.freeBytes, folder.inMemory ? memoryBytes : Infinity));
    this.maxBytes = Math.min(maxBytes, this.#most);
  }

  /** Bytes of all uploads that are there. */
  get held(): number {
    return this.#held;
  }

  /** @throws {ApiError} TOO_LARGE for what says of itself that it is too much; BUSY for what there is no room for now. */
  requireRoom(bytes: number): void {
    if (bytes > this.maxBytes) throw this.#tooLarge();
    if (this.#held + bytes > this.#most) throw this.#full();
  }

  /**
   * Takes an upload piece by piece. Leaves nothing of one that is refused or breaks off.
   *
   * @throws {ApiError} TOO_LARGE or BUSY, as soon as that is known; what the source throws.
   */
  async take(source: AsyncIterable<Uint8Array>, name: string): Promise<Upload> {
    const file = await this.#attempt(() => this.folder.create());
    let bytes = 0;
    try {
      for await (const piece of source) {
        bytes += piece.length;
        this.#held += piece.length;
        if (bytes > this.maxBytes) throw this.#tooLarge();
        if (this.#held > this.#most) throw this.#full();
        await this.#attempt(() => file.append(piece));
      }
      await file.end();
      return { file, name, bytes };
    } catch (error) {
      await this.discard({ file, name, bytes });
      throw error;
    }
  }

  /** Removes an upload and its copy. */
  async discard({ file, bytes }: Upload): Promise<void> {
    try {
      await file.discard();
    } finally {
      this.#held -= bytes;
    }
  }

  async #attempt<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw error instanceof UploadRoomError ? this.#full() : error;
    }
  }

  #tooLarge(): ApiError {
    return new ApiError(413, 'TOO_LARGE', `A picture may have ${this.maxBytes} bytes here (--max-bytes)`);
  }

  #full(): ApiError {
    return busy('There is no memory left for further uploads now', this.retrySeconds());
  }
}
