import path from 'node:path';
import { COPY_KINDS, type CopyKind } from '../core/copies.js';
import {
  copyPath,
  cropFolder,
  isCropName,
  pictureOfRecord,
  recordPath,
  RECORDS,
} from '../core/output-paths.js';
import { isOtherVersion, MAX_RECORD_BYTES, parseRecord } from '../core/parse-record.js';
import { formatRecord, type PictureRecord } from '../core/report.js';
import { FatalError } from '../errors.js';
import type { FileContent, Ledger, StoredRecord } from '../ports.js';
import { fatalReadFault, fatalWriteFault, writeFault } from './file-faults.js';
import { refuseOddities } from './output-root.js';
import type { OutputTree } from './output-tree.js';
import { textOf } from './plain-file.js';

/**
 * The records below an output folder. Reads are synchronous: an unchanged run over 10,000 pictures reads 20,000 small
 * files, and a thread-pool hop for each would cost more than the reading.
 */
export function openLedger(tree: OutputTree): Ledger {
  return new TreeLedger(tree);
}

class TreeLedger implements Ledger {
  constructor(private readonly tree: OutputTree) {}

  read(image: string): StoredRecord | undefined {
    const file = this.readWhole(image);
    const record = file && parseRecord(file.text, image);
    return record && { record, mtimeMs: file.mtimeMs };
  }

  hasOtherVersion(image: string): boolean {
    const file = this.readWhole(image);
    return file !== undefined && isOtherVersion(file.text, image);
  }

  write(record: PictureRecord, sourceMtimeMs: number | undefined): Promise<void> {
    return this.replace(recordPath(record.image), formatRecord(record), sourceMtimeMs);
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
    for (const kind of COPY_KINDS) this.removeCopies(kind, image, []);
    this.removeFile(recordPath(image));
  }

  copiesOf(kind: CopyKind, image: string): string[] {
    try {
      if (kind !== 'crops')
        return [copyPath(kind, image)].filter((file) => this.tree.stats(file) !== undefined);
      const folder = cropFolder(image);
      return this.tree
        .filesIn(folder)
        .filter(isCropName)
        .map((name) => `${folder}/${name}`);
    } catch {
      // What is no plain file, or no folder, is none of ours.
      return [];
    }
  }

  removeCopies(kind: CopyKind, image: string, kept: readonly string[]): void {
    const removed = this.copiesOf(kind, image).filter((file) => !kept.includes(file));
    if (removed.length === 0 || (kept.length === 0 && !this.isRecorded(image))) return;
    for (const file of removed) this.removeFile(file);
    if (kind === 'crops' && kept.length === 0) this.tree.removeIfEmpty(cropFolder(image));
  }

  readCopy(file: string): AsyncIterable<Uint8Array> | undefined {
    return this.has(file) ? this.tree.pieces(file) : undefined;
  }

  writeCopy(file: string, content: AsyncIterable<Uint8Array>): Promise<void> {
    return this.replace(file, content);
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

  async publish(name: string, content: AsyncIterable<string>): Promise<void> {
    try {
      await this.tree.replace(name, content);
    } catch (error) {
      throw fatalWriteFault(error, this.place(name));
    }
  }

  has(name: string): boolean {
    try {
      return this.tree.stats(name) !== undefined;
    } catch (error) {
      throw fatalReadFault(error, this.place(name));
    }
  }

  assertInPlace(): void {
    this.tree.assertInPlace();
    try {
      refuseOddities(this.tree.root);
    } catch (error) {
      throw fatalReadFault(error, this.tree.root.path);
    }
  }

  private isRecorded(image: string): boolean {
    return this.read(image) !== undefined || this.hasOtherVersion(image);
  }

  /** Undefined for what is not there, cannot be read or cannot be a record. */
  private readWhole(image: string): { readonly text: string; readonly mtimeMs: number } | undefined {
    try {
      return this.tree.withFile(recordPath(image), (file) =>
        file.stats.size > MAX_RECORD_BYTES
          ? undefined
          : { text: textOf(file), mtimeMs: Math.round(file.stats.mtimeMs) },
      );
    } catch {
      return undefined;
    }
  }

  private async replace(file: string, content: FileContent, mtimeMs?: number): Promise<void> {
    try {
      await this.tree.replace(file, content, mtimeMs);
    } catch (error) {
      throw writeFault(error, this.place(file));
    }
  }

  private removeFile(file: string): void {
    try {
      this.tree.remove(file);
    } catch (error) {
      throw writeFault(error, this.place(file), 'remove');
    }
  }

  /** For messages. */
  private place(relative: string): string {
    return path.join(this.tree.root.path, relative);
  }
}
