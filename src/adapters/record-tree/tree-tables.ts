import { TableChangedError } from '../../errors.js';
import type { ChangedPicture } from '../../ports.js';
import type { OutputTree } from '../output-tree.js';
import { KnownTables } from '../records-file/known-tables.js';
import { lookAt, markOf, survey, type Survey } from './survey.js';
import { TouchedRecords } from './touched.js';

/**
 * Which tables show the records of a tree. Nobody tells of a record that is edited, removed or put there by hand: before
 * a table is believed, all files are looked at, which takes a tenth of the time of reading them.
 */
export class TreeTables {
  #touched = new TouchedRecords();
  #survey: Survey | undefined;
  #known: KnownTables | undefined;

  /** @param least of so many records or more it is noted for the next run what the tables show. */
  constructor(
    private readonly tree: OutputTree,
    private readonly least: number,
  ) {}

  /** To be called before a record is changed. @param isKept false where it is to be removed. */
  touch(image: string, isKept: boolean): void {
    this.#survey = undefined;
    this.#known = undefined;
    this.#touched.add(image, isKept, () => {
      const stats = lookAt(image, this.tree);
      return stats && markOf(stats);
    });
  }

  /** As `Ledger.survey`. */
  async survey(): Promise<Survey> {
    this.#survey ??= await survey(this.tree, this.#touched.folders);
    this.#known ??= new KnownTables(this.tree, this.#survey.before);
    return this.#survey;
  }

  async changedSince(name: string, key: string): Promise<readonly ChangedPicture[] | undefined> {
    if (!this.#touched.folders) return undefined;
    const { changed, lost } = await this.survey();
    return lost === 0 && this.#known?.has(name, key) ? changed : undefined;
  }

  async replace(name: string, chunks: AsyncIterable<string | Uint8Array>): Promise<void> {
    if (this.#known) await this.#known.publish(name, chunks);
    else await this.tree.replace(name, chunks);
  }

  vouch(name: string, key: string): void {
    if (this.#survey && this.#survey.files >= this.least) this.#known?.vouch(name, key);
  }

  readTable(name: string): AsyncGenerator<Uint8Array> {
    if (!this.#known) throw new TableChangedError(`nothing is known of ${name}`);
    return this.#known.pieces(name);
  }

  /** Notes for the next run, or the next round, what is known. */
  async settle(): Promise<void> {
    if (!this.#known || !this.#survey) return;
    await this.#known.note(this.#survey.now);
    this.#touched = new TouchedRecords();
    this.#survey = undefined;
    this.#known = undefined;
  }
}
