import { countOf } from '../core/count-of.js';
import { USUAL_CSV, WIDE_CSV } from '../core/csv.js';
import { inBlocks } from '../core/in-blocks.js';
import { TABLES } from '../core/output-paths.js';
import { formatLine, type PictureRecord } from '../core/report.js';
import type { CsvNames, OutputFormat } from '../config.js';
import { FatalError } from '../errors.js';
import type { Ledger } from '../ports.js';
import { LeftOut, readRecords } from '../results/read-records.js';

/** One way to write a table. */
interface Form {
  readonly header: string;
  /** Whether it has room for all that a record says; any record's where absent. */
  readonly fits?: (record: PictureRecord) => boolean;
  readonly rows: (record: PictureRecord, names: CsvNames) => string;
}

interface Table {
  readonly name: string;
  /** The usual one first. The last has room for every record. */
  readonly forms: readonly Form[];
}

const FORMATS: Readonly<Record<Exclude<OutputFormat, 'none'>, Table>> = {
  csv: { name: TABLES.csv, forms: [USUAL_CSV, WIDE_CSV] },
  jsonl: { name: TABLES.jsonl, forms: [{ header: '', rows: formatLine }] },
};

/** What the run that writes the tables has done itself. */
export interface FinishedRun {
  /** Its pictures, sorted. */
  readonly images: readonly string[];
  /** How many of them it did not come to. */
  readonly notDone: number;
  /** Records that it may not have been able to write, by picture. */
  readonly unwritten: ReadonlyMap<string, PictureRecord>;
}

/** What a merge has written: every picture with a record, sorted. */
export interface FinishedMerge {
  readonly recorded: readonly string[];
}

/**
 * Rebuilds `faces.csv` and `faces.jsonl` from the records, in path order: those asked for, and any that an earlier run
 * left, so that none goes stale. They cover the whole output folder, whatever part of it this run was about.
 *
 * @param shows which records appear: `--where`.
 * @param done of a merge it is believed which records there are: listing a million of them again takes as much memory as
 * everything else.
 * @throws {FatalError} OUTPUT_UNUSABLE, also when records of this run are not there any more.
 */
export async function writeOutputs(
  ledger: Ledger,
  formats: readonly OutputFormat[],
  names: CsvNames,
  shows: (record: PictureRecord) => boolean,
  done: FinishedRun | FinishedMerge,
): Promise<LeftOut> {
  ledger.assertInPlace();
  const { images, unwritten } = 'recorded' in done ? ofMerge(done) : await ofRun(done, ledger);
  const leftOut = new LeftOut();
  leftOut.illegible = await ledger.illegible();
  const records = (): AsyncIterable<PictureRecord> => readRecords(ledger, images, leftOut, unwritten);
  const wanted = Object.entries(FORMATS).filter(
    ([format, table]) => formats.includes(format as OutputFormat) || ledger.has(table.name),
  );
  for (const [, { name, forms }] of wanted) {
    await publish(forms, (form, misfit) => {
      return ledger.publish(name, inBlocks(rows(form, records(), { shows, names, misfit })));
    });
  }
  return leftOut;
}

/** What goes into the tables. */
interface Shown {
  /** Sorted. */
  readonly images: readonly string[];
  readonly unwritten: FinishedRun['unwritten'];
}

function ofMerge({ recorded }: FinishedMerge): Shown {
  return { images: recorded, unwritten: new Map() };
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
 */
async function publish(
  forms: readonly Form[],
  write: (form: Form, misfit: () => Error) => Promise<void>,
): Promise<void> {
  for (const form of forms) {
    const attempt: { misfits: boolean } = { misfits: false };
    try {
      await write(form, () => {
        attempt.misfits = true;
        return new Error('a record needs a wider table');
      });
      return;
    } catch (error) {
      if (!attempt.misfits) throw error;
    }
  }
}

interface RowOptions {
  readonly shows: (record: PictureRecord) => boolean;
  readonly names: CsvNames;
  /** What to throw at a record that does not fit. */
  readonly misfit: () => Error;
}

async function* rows(
  { header, fits, rows: rowsOf }: Form,
  records: AsyncIterable<PictureRecord>,
  { shows, names, misfit }: RowOptions,
): AsyncGenerator<string> {
  yield header;
  for await (const record of records) {
    if (!shows(record)) continue;
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
