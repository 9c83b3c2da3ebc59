import path from 'node:path';
import { COPY_KINDS, type CopyKind } from '../core/copies.js';
import { copyPath, cropFolder, isCropName } from '../core/output-paths.js';
import { isOtherVersion, parseRecord } from '../core/parse-record.js';
import type { PictureRecord } from '../core/report.js';
import { isPassingFault } from '../core/system-fault.js';
import type { ChangedPicture, Ledger, StoredRecord } from '../ports.js';
import { fatalReadFault, fatalWriteFault, writeFault } from './file-faults.js';
import { refuseOddities } from './output-root.js';
import type { OutputTree } from './output-tree.js';
import type { RecordStore } from './record-store.js';
import { RecordTree } from './record-tree.js';

/** @param records where the records are: in a tree of files unless it says otherwise. */
export function openLedger(tree: OutputTree, records: RecordStore = new RecordTree(tree)): Ledger {
  return new OutputLedger(tree, records);
}

class OutputLedger implements Ledger {
  constructor(
    private readonly tree: OutputTree,
    private readonly records: RecordStore,
  ) {}

  read(image: string): StoredRecord | undefined {
    const stored = this.records.text(image);
    const record = stored && parseRecord(stored.text, image);
    return record && { record, mtimeMs: stored.mtimeMs };
  }

  hasOtherVersion(image: string): boolean {
    const stored = this.records.text(image);
    return stored !== undefined && isOtherVersion(stored.text, image);
  }

  write(record: PictureRecord, sourceMtimeMs: number | undefined): Promise<void> {
    return this.records.write(record, sourceMtimeMs);
  }

  expect(images: readonly string[]): void {
    this.records.expect(images);
  }

  restamp(image: string, sourceMtimeMs: number): void {
    this.records.restamp(image, sourceMtimeMs);
  }

  remove(image: string): void {
    for (const kind of COPY_KINDS) this.removeCopies(kind, image, []);
    this.records.remove(image);
  }

  copyKinds(): CopyKind[] {
    return COPY_KINDS.filter((kind) => this.tree.hasFolder(kind));
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
    } catch (error) {
      if (isPassingFault(error)) throw fatalReadFault(error, this.place(kind));
      // What is no plain file, or no folder, is none of ours.
      return [];
    }
  }

  removeCopies(kind: CopyKind, image: string, kept: readonly string[]): void {
    // Most results have no copies, and a look at a file in a folder that is not there costs more than one at the folder.
    if (!this.tree.hasFolder(kind)) return;
    const removed = this.copiesOf(kind, image).filter((file) => !kept.includes(file));
    if (removed.length === 0 || (kept.length === 0 && !this.isRecorded(image))) return;
    for (const file of removed) this.removeFile(file);
    if (kind === 'crops' && kept.length === 0) this.tree.removeIfEmpty(cropFolder(image));
  }

  readCopy(file: string): AsyncIterable<Uint8Array> | undefined {
    return this.has(file) ? this.tree.pieces(file) : undefined;
  }

  async writeCopy(file: string, content: AsyncIterable<Uint8Array>): Promise<void> {
    try {
      await this.tree.replace(file, content);
    } catch (error) {
      throw writeFault(error, this.place(file));
    }
  }

  images(): Promise<string[]> {
    return this.records.images();
  }

  illegible(): Promise<number> {
    return this.records.illegible();
  }

  compact(): Promise<void> {
    return this.records.compact();
  }

  survey(pictures: number): Promise<void> {
    return this.records.survey(pictures);
  }

  vouch(name: string, key: string): void {
    this.records.vouch(name, key);
  }

  changedSince(name: string, key: string): Promise<readonly ChangedPicture[] | undefined> {
    return this.records.changedSince(name, key);
  }

  readTable(name: string): AsyncIterable<Uint8Array> {
    return this.records.readTable(name);
  }

  async publish(name: string, chunks: AsyncIterable<string | Uint8Array>): Promise<void> {
    try {
      await this.records.publish(name, chunks);
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
    this.records.assertInPlace();
    try {
      refuseOddities(this.tree.root);
    } catch (error) {
      throw fatalReadFault(error, this.tree.root.path);
    }
  }

  private isRecorded(image: string): boolean {
    return this.read(image) !== undefined || this.hasOtherVersion(image);
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
