import { CSV_HEADER, formatCsvRows } from '../core/csv.js';
import { formatLine, type PictureRecord } from '../core/report.js';
import type { CsvNames, OutputFormat } from '../config.js';
import type { Ledger } from '../ports.js';

interface Table {
  readonly name: string;
  readonly header: string;
  readonly format: (record: PictureRecord, names: CsvNames) => string;
}

const TABLES: Readonly<Record<Exclude<OutputFormat, 'none'>, Table>> = {
  csv: { name: 'faces.csv', header: CSV_HEADER, format: formatCsvRows },
  jsonl: { name: 'faces.jsonl', header: '', format: formatLine },
};

/** Pictures that are missing in the tables, since their record could not be read. */
export interface LeftOut {
  readonly damaged: ReadonlySet<string>;
  /** Their record is in another version of the format. */
  readonly otherVersion: ReadonlySet<string>;
}

/**
 * Rebuilds `faces.csv` and `faces.jsonl` from the records, in path order: those asked for, and any that an earlier run
 * left, so that none goes stale. They cover the whole output folder, whatever part of it this run was about.
 *
 * @param shows which records appear: `--where`.
 * @throws {FatalError} OUTPUT_UNUSABLE.
 */
export async function writeOutputs(
  ledger: Ledger,
  formats: readonly OutputFormat[],
  names: CsvNames,
  shows: (record: PictureRecord) => boolean,
): Promise<LeftOut> {
  const leftOut = { damaged: new Set<string>(), otherVersion: new Set<string>() };
  const wanted = Object.entries(TABLES).filter(
    ([format, table]) => formats.includes(format as OutputFormat) || ledger.has(table.name),
  );
  if (wanted.length === 0) return leftOut;
  const images = ledger.images();
  for (const [, table] of wanted)
    await ledger.publish(table.name, lines(table, images, ledger, names, shows, leftOut));
  return leftOut;
}

function* lines(
  table: Table,
  images: readonly string[],
  ledger: Ledger,
  names: CsvNames,
  shows: (record: PictureRecord) => boolean,
  leftOut: { readonly damaged: Set<string>; readonly otherVersion: Set<string> },
): Iterable<string> {
  if (table.header !== '') yield table.header;
  for (const image of images) {
    const stored = ledger.read(image);
    if (!stored) leftOut[ledger.hasOtherVersion(image) ? 'otherVersion' : 'damaged'].add(image);
    else if (shows(stored.record)) yield table.format(stored.record, names);
  }
}
