import path from 'node:path';
import { TABLE_STAMPS } from '../../core/output-paths.js';
import { TableChangedError } from '../../errors.js';
import { fatalWriteFault } from '../file-faults.js';
import type { OutputTree } from '../output-tree.js';
import { textOf } from '../plain-file.js';
import { Checksum, sameSum, summed, type Sum } from './checksum.js';
import { formatStamps, parseStamps, type RecordsStamp, type TableStamp } from './table-stamps.js';

/** Two tables with a long expression need a hundredth. */
const MAX_BYTES = 1 << 20;

/** The tables of which it is known that they show all records as they were before the run, or as they are now. */
export class KnownTables {
  readonly #stamps: Map<string, TableStamp>;
  /** Those of them that this run has vouched for. */
  readonly #vouched = new Set<string>();
  /** Tables of this run that nobody has vouched for yet. */
  readonly #published = new Map<string, Sum>();

  /** @param records as they were before the run; undefined where nobody knows. */
  constructor(
    private readonly tree: OutputTree,
    private readonly records: RecordsStamp | undefined,
  ) {
    this.#stamps = records ? parseStamps(this.#read(), records) : new Map<string, TableStamp>();
  }

  async publish(name: string, chunks: AsyncIterable<string | Uint8Array>): Promise<void> {
    const sum = new Checksum();
    await this.tree.replace(name, summed(chunks, sum));
    this.#stamps.delete(name);
    this.#vouched.delete(name);
    this.#published.set(name, sum);
  }

  vouch(name: string, key: string): void {
    const sum = this.#published.get(name);
    if (!sum) return;
    this.#stamps.set(name, { key, bytes: sum.bytes, check: sum.check });
    this.#vouched.add(name);
  }

  /** Whether a table is there that was vouched for with this key, as far as its size tells. */
  has(name: string, key: string): boolean {
    const stamp = this.#stamps.get(name);
    return stamp?.key === key && this.tree.stats(name)?.size === stamp.bytes;
  }

  /** @throws {TableChangedError} at the end. */
  async *pieces(name: string): AsyncGenerator<Uint8Array> {
    const stamp = this.#stamps.get(name);
    const sum = new Checksum();
    yield* summed(this.tree.pieces(name), sum);
    if (!stamp || !sameSum(stamp, sum)) throw new TableChangedError(`${name} is not what was written`);
  }

  /**
   * Notes for the next run what is known.
   *
   * @param records that it will find; undefined where it could not be certain that they are the same.
   * @throws {FatalError}
   */
  async note(records: RecordsStamp | undefined): Promise<void> {
    // A table that was not there, and that somebody puts back, shows records of before.
    if (JSON.stringify(records) !== JSON.stringify(this.records))
      for (const name of this.#stamps.keys()) if (!this.#vouched.has(name)) this.#stamps.delete(name);
    const text = records && formatStamps(records, this.#stamps);
    if (text === this.#read()) return;
    try {
      if (text !== undefined) await this.tree.replace(TABLE_STAMPS, text);
      else this.tree.remove(TABLE_STAMPS);
    } catch (error) {
      throw fatalWriteFault(error, path.join(this.tree.root.path, TABLE_STAMPS));
    }
  }

  /** What cannot be read as ours only costs the time to make the tables anew. */
  #read(): string {
    try {
      return this.tree.withFile(TABLE_STAMPS, (file) => (file.stats.size > MAX_BYTES ? '' : textOf(file)));
    } catch {
      return '';
    }
  }
}
