import type { OutputFormat } from '../config.js';
import { countOf } from '../core/count-of.js';
import { inBlocks } from '../core/in-blocks.js';
import type { PictureRecord } from '../core/report.js';
import { FatalError } from '../errors.js';
import type { Ledger } from '../ports.js';
import { LeftOut, readRecords } from '../results/read-records.js';
import { keyOf, TABLE_ROWS, type Form, type Table, type TableOptions } from './tables.js';

/** What the run that writes the tables has done itself. */
export interface FinishedRun {
  /** Its pictures, sorted. */
  readonly images: readonly string[];
  /** How many of them it did not come to. */
  readonly notDone: number;
  /** Records that it may not have been able to write, by picture. */
  readonly unwritten: ReadonlyMap<string, PictureRecord>;
}

/** What a merge has written. */
export interface FinishedMerge {
  /** Every picture with a record, sorted. */
  readonly recorded: readonly string[];
  /** Asked before each row is made; throws when the merge is to end. */
  readonly mayGoOn: () => void;
}

export interface Written {
  /** Pictures that the tables lack. */
  readonly leftOut: LeftOut;
  /** Every picture with a record, sorted; undefined where they had not to be listed. */
  readonly recorded?: readonly string[];
}

/**
 * Rewrites `faces.csv` and `faces.jsonl` so that they show the records, in path order: those asked for, and any that an
 * earlier run left, so that none goes stale. They cover the whole output folder, whatever part of it this run was about.
 * They are made of all records, unless it is certain that a table shows them but for those that this run has changed.
 *
 * @param done of a merge it is believed which records there are: listing a million of them again takes as much memory as
 * everything else.
 * @throws {FatalError} OUTPUT_UNUSABLE, also when records of this run are not there any more.
 */
export async function writeOutputs(
  ledger: Ledger,
  options: TableOptions,
  done: FinishedRun | FinishedMerge,
): Promise<Written> {
  ledger.assertInPlace();
  const leftOut = new LeftOut();
  leftOut.illegible = await ledger.illegible();
  const wanted = Object.entries(TABLE_ROWS)
    .filter(([format, { name }]) => options.formats.includes(format as OutputFormat) || ledger.has(name))
    .map(([, table]) => table);
  const isAllRecorded = 'recorded' in done || done.unwritten.size === 0;
  const rest: Table[] = [];
  for (const table of wanted) {
    if (!isAllRecorded || !(await isUpdated(table, ledger, options))) rest.push(table);
  }
  if (wanted.length > 0 && rest.length === 0) return { leftOut };
  const { images, unwritten, mayGoOn } = 'recorded' in done ? ofMerge(done) : await ofRun(done, ledger);
  if (isAllRecorded && rest.length > 0) await ledger.survey(images.length);
  for (const { name, forms } of rest) {
    const form = await publish(forms, (each, misfit) => {
      const records = readRecords(ledger, images, leftOut, unwritten);
      return ledger.publish(name, inBlocks(rows(each, records, options, misfit, mayGoOn)));
    });
    const isWhole = leftOut.damaged.size + leftOut.otherVersion.size + leftOut.illegible === 0;
    if (isAllRecorded && isWhole && form === forms[0]) ledger.vouch(name, keyOf(options));
  }
  return { leftOut, recorded: images };
}

/** Brings a table up to date where it is certain what it lacks; only then is the code for that loaded. */
async function isUpdated(table: Table, ledger: Ledger, options: TableOptions): Promise<boolean> {
  const changes = await ledger.changedSince(table.name, keyOf(options));
  if (!changes) return false;
  const { updateTable } = await import('./update-table.js');
  return await updateTable(table, changes, ledger, options);
}

/** What goes into the tables. */
interface Shown {
  /** Sorted. */
  readonly images: readonly string[];
  readonly unwritten: FinishedRun['unwritten'];
  /** Absent for a run, which brings its tables to an end whatever it is told. */
  readonly mayGoOn?: FinishedMerge['mayGoOn'];
}

function ofMerge({ recorded, mayGoOn }: FinishedMerge): Shown {
  return { images: recorded, unwritten: new Map(), mayGoOn };
}

async function ofRun(run: FinishedRun, ledger: Ledger): Promise<Shown> {
  const recorded = await ledger.images();
  assertKept(recorded, run);
  const { unwritten } = run;
  if (unwritten.size === 0) return { images: recorded, unwritten };
  return { images: [...new Set([...recorded, ...unwritten.keys()])].sort(), unwritten };
}

/**
 * Writes a table in the first form that fits its records. They are not read ahead to find it: almost always it is the
 * usual one, and an attempt that fails leaves the table as it was.
 *
 * @returns the form.
 */
async function publish(
  forms: readonly Form[],
  write: (form: Form, misfit: () => Error) => Promise<void>,
): Promise<Form | undefined> {
  for (const form of forms) {
    const attempt: { misfits: boolean } = { misfits: false };
    try {
      await write(form, () => {
        attempt.misfits = true;
        return new Error('a record needs a wider table');
      });
      return form;
    } catch (error) {
      if (!attempt.misfits) throw error;
    }
  }
  return undefined;
}

async function* rows(
  { header, fits, rows: rowsOf }: Form,
  records: AsyncIterable<PictureRecord>,
  { where, names }: TableOptions,
  misfit: () => Error,
  mayGoOn: Shown['mayGoOn'],
): AsyncGenerator<string> {
  yield header;
  for await (const record of records) {
    mayGoOn?.();
    if (where?.shows(record) === false) continue;
    if (fits?.(record) === false) throw misfit();
    yield rowsOf(record, names);
  }
}

/**
 * Something else may have removed records while the run went on: their pictures were counted as tagged.
 *
 * @param recorded sorted.
 */
function assertKept(recorded: readonly string[], { images, notDone, unwritten }: FinishedRun): void {
  let at = 0;
  const missing = images.filter((image) => {
    while (at < recorded.length && (recorded[at] ?? '') < image) at += 1;
    return recorded[at] !== image && !unwritten.has(image);
  });
  if (missing.length <= notDone) return;
  const [first = ''] = missing;
  throw new FatalError(
    'OUTPUT_UNUSABLE',
    `${countOf(missing.length - notDone, 'record')} of this run, such as that of ${first}, were removed while it went ` +
      'on. Run the same command again',
  );
}
