import type { PictureRecord } from '../core/report.js';
import type { ChangedPicture } from '../ports.js';

/** The text of a record, which may be damaged. */
export interface RecordText {
  /** JSON. What it has beside the fields of a record counts for nothing. */
  readonly text: string;
  /** Its source's mtime; undefined where there was none to look at. */
  readonly mtimeMs: number | undefined;
}

/** Where an output folder keeps its records: errors are the system's own unless it says otherwise. */
export interface RecordStore {
  /**
   * Undefined for what is not there, cannot be read or cannot be a record.
   *
   * @throws {FatalError} OUTPUT_UNUSABLE for a fault of the system: whether there is a record is then not known.
   */
  text(image: string): RecordText | undefined;
  /** @throws {ImageError} WRITE_FAILED. @throws {FatalError} as all that follow. */
  write(record: PictureRecord, sourceMtimeMs: number | undefined): Promise<void>;
  /** As `Ledger.expect`. */
  expect(images: readonly string[]): void;
  restamp(image: string, sourceMtimeMs: number): void;
  /** @throws {ImageError} WRITE_FAILED. */
  remove(image: string): void;
  /** Sorted by UTF-16 code units. */
  images(): Promise<string[]>;
  /** As `Ledger.illegible`. */
  illegible(): Promise<number>;
  /** As `Ledger.compact`. */
  compact(): Promise<void>;
  /** As `Ledger.survey`. */
  survey(pictures: number): Promise<void>;
  /** As `Ledger.publish`. */
  publish(name: string, chunks: AsyncIterable<string | Uint8Array>): Promise<void>;
  /** As `Ledger.vouch`. */
  vouch(name: string, key: string): void;
  /** As `Ledger.changedSince`. */
  changedSince(name: string, key: string): Promise<readonly ChangedPicture[] | undefined>;
  /** As `Ledger.readTable`. */
  readTable(name: string): AsyncIterable<Uint8Array>;
  /** @throws {FatalError} OUTPUT_UNUSABLE when it was replaced under our hands. */
  assertInPlace(): void;
}

/** A store that has to be opened, brought in order and closed. */
export interface OpenRecordStore extends RecordStore {
  /** Takes over what a killed run left, before anything else. */
  recover(): Promise<void>;
  /** Brings everything into its final form, after all else. */
  settle(): Promise<void>;
  close(): void;
}
