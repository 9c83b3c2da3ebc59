import { countOf } from '../core/count-of.js';
import { CSV_HEADER, formatCsvRows } from '../core/csv.js';
import { inBlocks } from '../core/in-blocks.js';
import { TABLES } from '../core/output-paths.js';
import { formatLine, type PictureRecord } from '../core/report.js';
import type { CsvNames, OutputFormat } from '../config.js';
import { FatalError } from '../errors.js';
import type { Ledger } from '../ports.js';
import { LeftOut, readRecords } from '../results/read-records.js';

interface Table {
  readonly name: string;
  readonly header: string;
  readonly format: (record: PictureRecord, names: CsvNames) => string;
}

const FORMATS: Readonly<Record<Exclude<OutputFormat, 'none'>, Table>> = {
  csv: { name: TABLES.csv, header: CSV_HEADER, format: formatCsvRows },
  jsonl: { name: TABLES.jsonl, header: '', format: formatLine },
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

/** Of a merge, which leaves nothing unwritten. */
const NO_RUN: FinishedRun = { images: [], notDone: 0, unwritten: new Map() };

/**
 * Rebuilds `faces.csv` and `faces.jsonl` from the records, in path order: those asked for, and any that an earlier run
 * left, so that none goes stale. They cover the whole output folder, whatever part of it this run was about.
 *
 * @param shows which records appear: `--where`.
 * @throws {FatalError} OUTPUT_UNUSABLE, also when records of this run are not there any more.
 */
export async function writeOutputs(
  ledger: Ledger,
  formats: readonly OutputFormat[],
  names: CsvNames,
  shows: (record: PictureRecord) => boolean,
  run: FinishedRun = NO_RUN,
): Promise<LeftOut> {
  ledger.assertInPlace();
  const recorded = await ledger.images();
  assertKept(recorded, run);
  const { unwritten } = run;
  const images = unwritten.size === 0 ? recorded : [...new Set([...recorded, ...unwritten.keys()])].sort();
  const leftOut = new LeftOut();
  const records = (): AsyncIterable<PictureRecord> => readRecords(ledger, images, leftOut, unwritten);
  const wanted = Object.entries(FORMATS).filter(
    ([format, table]) => formats.includes(format as OutputFormat) || ledger.has(table.name),
  );
  for (const [, table] of wanted) {
    await ledger.publish(table.name, inBlocks(rows(table, records(), shows, names)));
  }
  return leftOut;
}

async function* rows(
  table: Table,
  records: AsyncIterable<PictureRecord>,
  shows: (record: PictureRecord) => boolean,
  names: CsvNames,
): AsyncGenerator<string> {
  yield table.header;
  for await (const record of records) if (shows(record)) yield table.format(record, names);
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
