import type { CsvNames, OutputFormat } from '../config.js';
import { imageOfRow, USUAL_CSV, WIDE_CSV } from '../core/csv.js';
import { TABLES } from '../core/output-paths.js';
import { formatLine, imageOfLine, type PictureRecord } from '../core/report.js';

/** One way to write a table. */
export interface Form {
  readonly header: string;
  /** Whether it has room for all that a record says; any record's where absent. */
  readonly fits?: (record: PictureRecord) => boolean;
  readonly rows: (record: PictureRecord, names: CsvNames) => string;
}

export interface Table {
  readonly name: string;
  /** The usual one first. The last has room for every record. */
  readonly forms: readonly [Form, ...Form[]];
  /** Whether a row may have line breaks between double quotes. */
  readonly isQuoted: boolean;
  /** Whose row it is; undefined for what is none. */
  readonly imageOf: (row: string, names: CsvNames) => string | undefined;
}

export const TABLE_ROWS: Readonly<Record<Exclude<OutputFormat, 'none'>, Table>> = {
  csv: { name: TABLES.csv, forms: [USUAL_CSV, WIDE_CSV], isQuoted: true, imageOf: imageOfRow },
  jsonl: {
    name: TABLES.jsonl,
    forms: [{ header: '', rows: formatLine }],
    isQuoted: false,
    imageOf: imageOfLine,
  },
};

/** How the tables are made. */
export interface TableOptions {
  readonly formats: readonly OutputFormat[];
  readonly names: CsvNames;
  /** Which records appear; all of them where it is absent. */
  readonly where?: { readonly text: string; readonly shows: (record: PictureRecord) => boolean } | undefined;
}

/** Of the way in which rows are made of records, headers aside: a change of it makes all tables anew. */
const ROWS_VERSION = 1;

/** Equal for tables that are made alike. */
export function keyOf({ names, where }: TableOptions): string {
  return JSON.stringify({ rows: ROWS_VERSION, names, where: where?.text ?? '' });
}
