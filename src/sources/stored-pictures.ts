import { isNameable, nameOfKey } from '../core/store-address.js';
import { isPictureName, unreadExtension } from '../core/picture-name.js';
import type { ObjectStore, OpenPicture, PictureFiles, PictureStock, StoredObject } from '../ports.js';
import { FetchedPicture } from './fetched-picture.js';
import type { PrivateFiles } from './private-files.js';

export interface StoredPicturesPorts {
  readonly store: ObjectStore;
  readonly files: PictureFiles;
  readonly privateFiles: PrivateFiles;
}

/** Objects that are looked for by their keys at once. */
const AT_ONCE = 16;

/** The pictures of a bucket, each named by its key. */
export class StoredPictures implements PictureStock {
  /** By name. */
  readonly #objects = new Map<string, StoredObject>();
  /** What was listed whole; a key by itself is listed too. */
  readonly #prefixes: string[] = [];
  readonly #keys = new Set<string>();
  readonly #cancelled = new AbortController();
  /** Files that look like pictures or videos and are not read, by extension. */
  readonly unread: Record<string, number> = {};
  /** How many pictures have a key that no record can have. */
  unnameable = 0;

  constructor(
    private readonly bucket: string,
    private readonly maxBytes: number,
    private readonly ports: StoredPicturesPorts,
  ) {}

  /** Names of what was found, in no order. */
  get names(): Iterable<string> {
    return this.#objects.keys();
  }

  objectOf(name: string): StoredObject | undefined {
    return this.#objects.get(name);
  }

  /**
   * Finds everything whose key begins so.
   *
   * @throws {FatalError} STORE_FAILED: half a list would look as if the rest was gone.
   */
  async addAll(prefix: string): Promise<void> {
    for await (const page of this.ports.store.list(this.bucket, prefix)) {
      for (const object of page) {
        const { key } = object;
        if (!isPictureName(key)) this.#notRead(key);
        else if (isNameable(key)) this.#objects.set(nameOfKey(key), object);
        else this.unnameable += 1;
      }
    }
    this.#prefixes.push(prefix);
  }

  /**
   * Finds objects by their keys, whatever they are called.
   *
   * @returns the names of those that are not there.
   * @throws {FatalError} STORE_FAILED.
   */
  async addKeys(keys: readonly string[]): Promise<string[]> {
    const missing: string[] = [];
    for (let start = 0; start < keys.length; start += AT_ONCE) {
      const batch = keys.slice(start, start + AT_ONCE);
      const found = await Promise.all(batch.map((key) => this.ports.store.find(this.bucket, key)));
      for (const [index, key] of batch.entries()) {
        const object = found[index];
        if (object) this.#objects.set(nameOfKey(key), object);
        else missing.push(nameOfKey(key));
        this.#keys.add(key);
      }
    }
    return missing;
  }

  open(image: string): OpenPicture | undefined {
    const object = this.#objects.get(image);
    if (!object) return undefined;
    const { bytes, mtimeMs, etag } = object;
    const stamp = { bytes, mtimeMs, ...(etag !== undefined && { etag }) };
    const content = () => this.ports.store.read(this.bucket, object, this.#cancelled.signal);
    return new FetchedPicture(
      stamp,
      this.maxBytes,
      () => this.ports.privateFiles.fetch(bytes, content),
      this.ports.files,
    );
  }

  /** Whether a picture would have been found and was not. */
  isGone(key: string): boolean {
    if (this.#objects.has(nameOfKey(key))) return false;
    return this.#keys.has(key) || this.#prefixes.some((prefix) => key.startsWith(prefix));
  }

  cancel(): void {
    this.#cancelled.abort();
  }

  #notRead(key: string): void {
    const extension = unreadExtension(key);
    if (extension !== undefined) this.unread[extension] = (this.unread[extension] ?? 0) + 1;
  }
}
