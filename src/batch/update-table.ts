import type { PictureRecord } from '../core/report.js';
import { spliceRows } from '../core/splice-rows.js';
import { TableChangedError } from '../errors.js';
import type { ChangedPicture, Ledger } from '../ports.js';
import { keyOf, type Form, type Table, type TableOptions } from './tables.js';

/**
 * Brings a table up to date by what has changed since alone.
 *
 * @param changes as `Ledger.changedSince` has them.
 * @returns false where that cannot be done, or not for certain: the table is then what it was.
 */
export async function updateTable(
  table: Table,
  changes: readonly ChangedPicture[],
  ledger: Ledger,
  options: TableOptions,
): Promise<boolean> {
  const { name, forms, isQuoted, imageOf } = table;
  const [form] = forms;
  const misfit = (): Error => new TableChangedError(`${name} cannot be brought up to date`);
  const changed = {
    images: changes.map(({ image }) => image),
    rowsOf: rowsOfChanges(changes, form, ledger, options, misfit),
  };
  const rows = { header: form.header, isQuoted, imageOf: (row: string) => imageOf(row, options.names) };
  try {
    if (changes.length === 0) {
      await readThrough(ledger.readTable(name));
      return true;
    }
    await ledger.publish(name, spliceRows(ledger.readTable(name), rows, changed, misfit));
    ledger.vouch(name, keyOf(options));
    return true;
  } catch (error) {
    if (isTableChange(error)) return false;
    throw error;
  }
}

function rowsOfChanges(
  changes: readonly ChangedPicture[],
  { fits, rows }: Form,
  ledger: Ledger,
  { names, where }: TableOptions,
  misfit: () => Error,
): (image: string) => string {
  const recorded = new Set(changes.flatMap(({ image, isRecorded }) => (isRecorded ? image : [])));
  return (image) => {
    if (!recorded.has(image)) return '';
    const record: PictureRecord | undefined = ledger.read(image)?.record;
    // A damaged one is told of by whoever reads all of them.
    if (!record) throw misfit();
    if (where?.shows(record) === false) return '';
    if (fits?.(record) === false) throw misfit();
    return rows(record, names);
  };
}

/** Its last piece tells whether it is the table that was written. */
async function readThrough(pieces: AsyncIterable<unknown>): Promise<void> {
  const iterator = pieces[Symbol.asyncIterator]();
  while (!(await iterator.next()).done);
}

/** Whoever publishes a table may have put the error into another one. */
function isTableChange(error: unknown): boolean {
  return error instanceof TableChangedError || (error instanceof Error && isTableChange(error.cause));
}
