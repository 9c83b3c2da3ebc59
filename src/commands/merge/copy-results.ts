import { setImmediate as nextTurn } from 'node:timers/promises';
import { COPY_KINDS, copyFiles, type CopyKind } from '../../core/copies.js';
import { FaceTally } from '../../core/face-counts.js';
import { formatLine, type PictureRecord } from '../../core/report.js';
import { usageError } from '../../errors.js';
import type { Ledger, StoredRecord } from '../../ports.js';

/** Records between two looks at the event loop, so that signals are heard and the lock is kept alive. */
const TURN = 64;

/** Brings records and copies of several folders into one, picture by picture, and counts what they show. */
export class ResultCopier {
  readonly faces = new FaceTally();
  failed = 0;
  /** Pictures so far. */
  done = 0;
  readonly #kindsThere: ReadonlySet<CopyKind>;

  /**
   * @param isBegun there are records already, of a merge that was done or cut short: those that are right stay.
   * @param mayGoOn asked now and then; throws when the merge is to end.
   */
  constructor(
    private readonly target: Ledger,
    private readonly isBegun: boolean,
    private readonly mayGoOn: () => void,
  ) {
    this.#kindsThere = new Set(target.copyKinds());
  }

  /** @throws {FatalError} USAGE when a record went meanwhile; OUTPUT_UNUSABLE. What `mayGoOn` throws. */
  async copy(images: readonly string[], source: Ledger | undefined): Promise<void> {
    const kinds = source?.copyKinds() ?? [];
    for (const [index, image] of images.entries()) {
      if (index % TURN === 0) {
        await nextTurn();
        this.mayGoOn();
      }
      const stored = source?.read(image);
      if (!source || !stored) throw usageError('records that stay while they are merged', image, 'none');
      const { record } = stored;
      await this.#copyCopies(record, source, kinds);
      if (!this.#isThere(stored)) await this.target.write(record, stored.mtimeMs);
      this.faces.add(record.faces);
      if (record.error) this.failed += 1;
      this.done += 1;
    }
  }

  #isThere({ record, mtimeMs }: StoredRecord): boolean {
    const there = this.isBegun ? this.target.read(record.image) : undefined;
    return (
      there?.mtimeMs === mtimeMs && there !== undefined && formatLine(there.record) === formatLine(record)
    );
  }

  /** Only kinds that one of the folders has are looked for: most results have no copies. */
  async #copyCopies(
    { image, faces }: PictureRecord,
    source: Ledger,
    kinds: readonly CopyKind[],
  ): Promise<void> {
    for (const kind of COPY_KINDS) {
      const isCopied = kinds.includes(kind);
      if (!isCopied && !this.#kindsThere.has(kind)) continue;
      const written: string[] = [];
      for (const file of isCopied ? copyFiles(kind, image, faces.length) : []) {
        const copy = source.readCopy(file);
        if (!copy) continue;
        await this.target.writeCopy(file, copy);
        written.push(file);
      }
      this.target.removeCopies(kind, image, written);
    }
  }
}
