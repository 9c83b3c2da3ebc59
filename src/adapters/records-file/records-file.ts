import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { RECORDS_FILE, RECORDS_JOURNAL } from '../../core/output-paths.js';
import type { PictureRecord } from '../../core/report.js';
import { FatalError, ImageError } from '../../errors.js';
import type { ChangedPicture } from '../../ports.js';
import { fatalReadFault, fatalWriteFault } from '../file-faults.js';
import type { OutputTree } from '../output-tree.js';
import type { OpenRecordStore, RecordText } from '../record-store.js';
import { Checksum, summed, sumOf } from './checksum.js';
import { foldedPieces } from './fold.js';
import { Journal } from './journal.js';
import { KnownTables } from './known-tables.js';
import { MAX_LINE_BYTES, recordIn, recordLine, removalLine, restampedLine, type LineBytes } from './line.js';
import { closeLines, isSame, openLines, type OpenLines } from './open-lines.js';
import type { Place } from './overlay.js';
import { readFully } from './sorted-lines.js';

/** A journal is folded into the sorted file before the end of the run when it is longer than this, in bytes, */
const LONG_JOURNAL = 1 << 22;

/** and than this share of the sorted file. */
const LONG_SHARE = 0.25;

/** No line of a picture is shorter. */
const LEAST_LINE_BYTES = 300;

/** Blocks between two looks at the event loop, so that signals are heard and the lock is kept alive. */
const TURN = 64;

/**
 * One line for each picture in one file, sorted. What changes goes to the end of a journal beside it, which becomes part
 * of a new sorted file at the end of the run. Whoever is killed leaves the journal, and the next run begins with that.
 */
export class RecordsFile implements OpenRecordStore {
  #lines: OpenLines | undefined;
  #opening: Generator<undefined, OpenLines> | undefined;
  #journal: Journal | undefined;
  #tables: KnownTables | undefined;

  constructor(private readonly tree: OutputTree) {}

  text(image: string): RecordText | undefined {
    const line = this.#find(image);
    return line && recordIn(line);
  }

  write(record: PictureRecord, sourceMtimeMs: number | undefined): Promise<void> {
    const line = recordLine(record, sourceMtimeMs);
    if (line.length > MAX_LINE_BYTES) {
      const message = `Cannot write the record: it has ${line.length} bytes`;
      return Promise.reject(new ImageError('WRITE_FAILED', message, 'write'));
    }
    return new Promise((resolve) => {
      this.#put(record.image, line);
      resolve();
    });
  }

  expect(images: readonly string[]): void {
    this.#open().overlay.expect(images);
  }

  restamp(image: string, sourceMtimeMs: number): void {
    const line = this.#find(image);
    const restamped = line && restampedLine(line, sourceMtimeMs);
    if (restamped) this.#put(image, restamped);
  }

  remove(image: string): void {
    if (!this.#find(image)) return;
    this.#append(removalLine(image));
    this.#open().overlay.remove(image);
  }

  async images(): Promise<string[]> {
    const { sorted, overlay } = await this.#openInTurns();
    const images: string[] = [];
    let blocks = 0;
    for (const block of sorted.blocks()) {
      for (const image of block.images) if (overlay.get(image) === undefined) images.push(image);
      if (++blocks % TURN === 0) await nextTurn();
    }
    if (overlay.size === 0) return images;
    for (const image of overlay.images()) if (overlay.get(image) !== 'removed') images.push(image);
    return images.sort();
  }

  async illegible(): Promise<number> {
    return (await this.#openInTurns()).illegible;
  }

  async compact(): Promise<void> {
    const length = this.#journal?.length ?? 0;
    const sorted = this.#lines?.sortedFile?.stats.size ?? 0;
    if (length > Math.max(LONG_JOURNAL, LONG_SHARE * sorted)) await this.settle();
  }

  async recover(): Promise<void> {
    if (this.#stats(RECORDS_JOURNAL)) await this.#fold();
  }

  async settle(): Promise<void> {
    const isChanged = this.#lines && (this.#lines.overlay.size > 0 || this.#lines.illegible > 0);
    // Even without records there is a file, which tells how the next run is to keep them.
    if (isChanged || !this.#stats(RECORDS_FILE)) await this.#fold();
    else if (this.#lines) await this.#tables?.note(sumOf(this.#lines.sum));
  }

  survey(): Promise<void> {
    return Promise.resolve();
  }

  async publish(name: string, chunks: AsyncIterable<string | Uint8Array>): Promise<void> {
    await (await this.#openTables()).publish(name, chunks);
  }

  vouch(name: string, key: string): void {
    this.#tables?.vouch(name, key);
  }

  async changedSince(name: string, key: string): Promise<readonly ChangedPicture[] | undefined> {
    const tables = await this.#openTables();
    const { overlay, illegible, sortedFile } = this.#open();
    if (illegible > 0 || !tables.has(name, key)) return undefined;
    // Where most has changed there is nothing to gain, and much to hold in memory.
    const isMost = overlay.size * LEAST_LINE_BYTES > LONG_SHARE * (sortedFile?.stats.size ?? 0);
    if (isMost) return undefined;
    return overlay.images().map((image) => ({ image, isRecorded: overlay.get(image) !== 'removed' }));
  }

  async *readTable(name: string): AsyncGenerator<Uint8Array> {
    yield* (await this.#openTables()).pieces(name);
  }

  assertInPlace(): void {
    const held = [
      [RECORDS_FILE, this.#lines?.sortedFile?.stats],
      [RECORDS_JOURNAL, this.#journal?.stats],
    ] as const;
    for (const [name, stats] of held) {
      if (!stats || isSame(stats, this.#stats(name))) continue;
      const what = `${this.#place(name)} was removed or replaced during the run`;
      throw new FatalError('OUTPUT_UNUSABLE', `${what}. Run the same command again`);
    }
  }

  close(): void {
    if (this.#lines) closeLines(this.#lines);
    this.#journal?.close();
    this.#lines = undefined;
    this.#opening = undefined;
    this.#journal = undefined;
    this.#tables = undefined;
  }

  /** Makes one sorted file of everything. Killed in between it is done again, with the same outcome. */
  async #fold(): Promise<void> {
    const lines = await this.#openInTurns();
    this.assertInPlace();
    const sum = new Checksum();
    try {
      await this.tree.replace(
        RECORDS_FILE,
        summed(inTurns(foldedPieces(lines.sorted, lines.overlay, (place) => this.#read(place))), sum),
      );
      this.tree.remove(RECORDS_JOURNAL);
    } catch (error) {
      throw fatalWriteFault(error, this.#place(RECORDS_FILE));
    }
    await this.#tables?.note(sumOf(sum));
    this.close();
  }

  async #openTables(): Promise<KnownTables> {
    const { sum } = await this.#openInTurns();
    return (this.#tables ??= new KnownTables(this.tree, sumOf(sum)));
  }

  #put(image: string, line: Buffer): void {
    const { overlay } = this.#open();
    overlay.set(image, { offset: this.#append(line), length: line.length - 1, inJournal: true });
  }

  /** @returns where the line starts in the journal. @throws {FatalError} OUTPUT_UNUSABLE or OUTPUT_LOCKED. */
  #append(line: Buffer): number {
    try {
      this.#journal ??= Journal.create(this.tree);
      return this.#journal.append(line);
    } catch (error) {
      this.tree.assertInPlace();
      throw fatalWriteFault(error, this.#place(RECORDS_JOURNAL));
    }
  }

  #find(image: string): LineBytes | undefined {
    const { sorted, overlay } = this.#open();
    const place = overlay.get(image);
    if (place === 'removed') return undefined;
    try {
      if (place === undefined) return sorted.find(image);
      const buffer = this.#read(place);
      return { buffer, start: 0, end: place.length };
    } catch (error) {
      throw fatalReadFault(error, this.#place(RECORDS_FILE));
    }
  }

  /** A line of the overlay, with its line break. */
  #read({ offset, length, inJournal }: Place): Buffer {
    const buffer = Buffer.allocUnsafe(length + 1);
    const { sortedFile, journal } = this.#open();
    const file = inJournal ? (this.#journal ?? journal) : sortedFile;
    if (file) readFully(file.descriptor, buffer, offset);
    return buffer;
  }

  /** Opens the files at the first use. */
  #open(): OpenLines {
    if (this.#lines) return this.#lines;
    const opening = (this.#opening ??= openLines(this.tree));
    for (let step = this.#next(opening); ; step = this.#next(opening)) {
      if (step.done) return (this.#lines = step.value);
    }
  }

  /** The same, with turns for others. */
  async #openInTurns(): Promise<OpenLines> {
    while (!this.#lines) {
      const step = this.#next((this.#opening ??= openLines(this.tree)));
      if (step.done) this.#lines = step.value;
      else await nextTurn();
    }
    return this.#lines;
  }

  #next(opening: Generator<undefined, OpenLines>): IteratorResult<undefined, OpenLines> {
    try {
      return opening.next();
    } catch (error) {
      // It cannot go on: whoever asks again begins anew.
      this.#opening = undefined;
      throw fatalReadFault(error, this.#place(RECORDS_FILE));
    }
  }

  #stats(name: string) {
    try {
      return this.tree.stats(name);
    } catch (error) {
      throw fatalReadFault(error, this.#place(name));
    }
  }

  /** For messages. */
  #place(name: string): string {
    return path.join(this.tree.root.path, name);
  }
}

async function* inTurns(pieces: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) {
    yield piece;
    await nextTurn();
  }
}
