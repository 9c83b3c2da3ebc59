import path from 'node:path';
import { pictureOfRecord, recordPath, RECORDS, TABLE_STAMPS } from '../core/output-paths.js';
import { MAX_RECORD_BYTES } from '../core/parse-record.js';
import { formatRecord, type PictureRecord } from '../core/report.js';
import { isPassingFault } from '../core/system-fault.js';
import { FatalError, TableChangedError } from '../errors.js';
import type { ChangedPicture } from '../ports.js';
import { fatalReadFault, writeFault } from './file-faults.js';
import type { OutputTree } from './output-tree.js';
import { textOf } from './plain-file.js';
import type { OpenRecordStore, RecordText } from './record-store.js';
import type { TreeTables } from './record-tree/tree-tables.js';

/** Of fewer records tables are made in half a second. */
const WORTH_NOTING = 10_000;

/**
 * A JSON file for each picture. A file's mtime is its source's. Reads are synchronous: an unchanged run over 10,000
 * pictures reads 20,000 small files, and a thread-pool hop for each would cost more than the reading.
 */
export class RecordTree implements OpenRecordStore {
  /** Loaded where there are many records, or were in an earlier run. */
  #tables: TreeTables | undefined;

  /** @param worthNoting of so many records it is noted which of them the tables show. */
  constructor(
    private readonly tree: OutputTree,
    private readonly worthNoting = WORTH_NOTING,
  ) {}

  async recover(): Promise<void> {
    if (this.tree.stats(TABLE_STAMPS)) await this.#openTables();
  }

  text(image: string): RecordText | undefined {
    const file = recordPath(image);
    try {
      return this.tree.withFile(file, (open) =>
        open.stats.size > MAX_RECORD_BYTES
          ? undefined
          : { text: textOf(open), mtimeMs: Math.round(open.stats.mtimeMs) },
      );
    } catch (error) {
      if (isPassingFault(error)) throw fatalReadFault(error, this.place(file));
      return undefined;
    }
  }

  async write(record: PictureRecord, sourceMtimeMs: number | undefined): Promise<void> {
    const file = recordPath(record.image);
    this.#tables?.touch(record.image, true);
    try {
      await this.tree.replace(file, formatRecord(record), sourceMtimeMs);
    } catch (error) {
      throw writeFault(error, this.place(file));
    }
  }

  expect(): void {
    // Each file is where its picture's name says.
  }

  restamp(image: string, sourceMtimeMs: number): void {
    const file = recordPath(image);
    this.#tables?.touch(image, true);
    try {
      this.tree.touch(file, sourceMtimeMs);
    } catch (error) {
      const fault = writeFault(error, this.place(file));
      // Only an owner may set times. Without them the next run hashes the picture again: no fault of the picture.
      if (fault instanceof FatalError) throw fault;
    }
  }

  remove(image: string): void {
    const file = recordPath(image);
    this.#tables?.touch(image, false);
    try {
      this.tree.remove(file);
    } catch (error) {
      throw writeFault(error, this.place(file), 'remove');
    }
  }

  async images(): Promise<string[]> {
    const images: string[] = [];
    try {
      for await (const files of this.tree.filesBelow(RECORDS)) {
        for (const file of files) {
          const image = pictureOfRecord(file);
          if (image !== undefined) images.push(image);
        }
      }
    } catch (error) {
      throw fatalReadFault(error, this.place(RECORDS));
    }
    return images.sort();
  }

  /** A file that is damaged still has its picture's name. */
  illegible(): Promise<number> {
    return Promise.resolve(0);
  }

  async compact(): Promise<void> {
    await this.#tables?.settle();
  }

  async settle(): Promise<void> {
    await this.#tables?.settle();
  }

  async survey(pictures: number): Promise<void> {
    const tables = pictures < this.worthNoting ? this.#tables : await this.#openTables();
    await this.#surveyed(() => tables?.survey());
  }

  async publish(name: string, chunks: AsyncIterable<string | Uint8Array>): Promise<void> {
    await (this.#tables ?? this.tree).replace(name, chunks);
  }

  vouch(name: string, key: string): void {
    this.#tables?.vouch(name, key);
  }

  async changedSince(name: string, key: string): Promise<readonly ChangedPicture[] | undefined> {
    return await this.#surveyed(() => this.#tables?.changedSince(name, key));
  }

  readTable(name: string): AsyncIterable<Uint8Array> {
    if (!this.#tables) throw new TableChangedError(`nothing is known of ${name}`);
    return this.#tables.readTable(name);
  }

  assertInPlace(): void {
    // Each file is looked up anew.
  }

  close(): void {
    // No file is kept open.
  }

  async #surveyed<T>(look: () => Promise<T> | undefined): Promise<T | undefined> {
    try {
      return await look();
    } catch (error) {
      throw fatalReadFault(error, this.place(RECORDS));
    }
  }

  async #openTables(): Promise<TreeTables> {
    if (this.#tables) return this.#tables;
    const { TreeTables } = await import('./record-tree/tree-tables.js');
    return (this.#tables = new TreeTables(this.tree, this.worthNoting));
  }

  /** For messages. */
  private place(relative: string): string {
    return path.join(this.tree.root.path, relative);
  }
}
