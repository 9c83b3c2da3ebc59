import path from 'node:path';
import { pictureOfRecord, recordPath, RECORDS } from '../core/output-paths.js';
import { MAX_RECORD_BYTES } from '../core/parse-record.js';
import { formatRecord, type PictureRecord } from '../core/report.js';
import { isPassingFault } from '../core/system-fault.js';
import { FatalError } from '../errors.js';
import { fatalReadFault, writeFault } from './file-faults.js';
import type { OutputTree } from './output-tree.js';
import { textOf } from './plain-file.js';
import type { RecordStore, RecordText } from './record-store.js';

/**
 * A JSON file for each picture. A file's mtime is its source's. Reads are synchronous: an unchanged run over 10,000
 * pictures reads 20,000 small files, and a thread-pool hop for each would cost more than the reading.
 */
export class RecordTree implements RecordStore {
  constructor(private readonly tree: OutputTree) {}

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

  compact(): Promise<void> {
    return Promise.resolve();
  }

  publish(name: string, chunks: AsyncIterable<string | Uint8Array>): Promise<void> {
    return this.tree.replace(name, chunks);
  }

  vouch(): void {
    // A file that somebody changes tells nobody: without reading all of them nothing is certain.
  }

  changedSince(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  readTable(name: string): AsyncIterable<Uint8Array> {
    return this.tree.pieces(name);
  }

  assertInPlace(): void {
    // Each file is looked up anew.
  }

  /** For messages. */
  private place(relative: string): string {
    return path.join(this.tree.root.path, relative);
  }
}
