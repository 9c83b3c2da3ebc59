import { closeSync, fstatSync, ftruncateSync, writeSync, type Stats } from 'node:fs';
import type { OutputTree } from '../output-tree.js';
import { RECORDS_JOURNAL } from '../../core/output-paths.js';

/**
 * Takes what changes while a run goes on, one line after the other. As with records that are files of their own there is
 * no fsync: what was written outlives the process, but the last of it not always a power cut.
 */
export class Journal {
  readonly stats: Stats;
  #length = 0;

  private constructor(
    private readonly tree: OutputTree,
    readonly descriptor: number,
  ) {
    this.stats = fstatSync(descriptor);
  }

  /** Makes it; no other run's may be there. @throws EEXIST. */
  static create(tree: OutputTree): Journal {
    return new Journal(tree, tree.create(RECORDS_JOURNAL));
  }

  /** In bytes. */
  get length(): number {
    return this.#length;
  }

  /** @returns where the line starts. @throws what the system says; the journal is then what it was. */
  append(line: Buffer): number {
    this.tree.mayChange();
    const start = this.#length;
    try {
      for (let written = 0; written < line.length;) {
        written += writeSync(this.descriptor, line, written, line.length - written, start + written);
      }
    } catch (error) {
      this.#cutBack();
      throw error;
    }
    this.#length = start + line.length;
    return start;
  }

  close(): void {
    closeSync(this.descriptor);
  }

  #cutBack(): void {
    try {
      ftruncateSync(this.descriptor, this.#length);
    } catch {
      // Half a line is no record, and the next one is written over it.
    }
  }
}
