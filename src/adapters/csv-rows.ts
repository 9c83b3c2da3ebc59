import { createReadStream } from 'node:fs';
import { pipeline, type Readable } from 'node:stream';
import { CsvError, parse, type Info } from 'csv-parse';
import { messageOf } from '../core/thrown.js';
import { usageError } from '../errors.js';
import type { TableRow } from '../evaluation/read-labels.js';

/** More bytes than any row of labels has: a quote must be open. */
const LONGEST_ROW = 65_536;

/**
 * Reads a table of comma-separated values as RFC 4180 has them, row by row: quoted cells, any line ends, a byte order
 * mark (UTF-8 or UTF-16). Empty lines are no rows. A quote inside a cell is taken as it stands.
 *
 * @param source a file, or `-` for standard input.
 * @param flag what named it.
 * @throws {FatalError} USAGE when it cannot be read, or has a quote that is never closed.
 */
export async function* readCsvRows(
  source: string,
  flag: string,
  stdin: Readable = process.stdin,
): AsyncGenerator<TableRow> {
  // What is read ahead of the loop below is lost to it when there is a fault further on.
  let last = 0;
  const parser = parse({
    bom: true,
    info: true,
    on_record: (row, { lines }) => {
      last = lines;
      return row;
    },
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    max_record_size: LONGEST_ROW,
  });
  const input = source === '-' ? stdin : createReadStream(source);
  // Either's error ends the other, and the loop below throws it.
  pipeline(input, parser, () => undefined);
  try {
    for await (const { info, record } of parser as AsyncIterable<ParsedRow>) {
      yield { line: info.lines, cells: record };
    }
  } catch (error) {
    const expected =
      error instanceof CsvError
        ? `rows of at most ${LONGEST_ROW} bytes whose quotes are closed (look behind line ${last})`
        : `a readable table (${messageOf(error)})`;
    throw usageError(expected, flag, source);
  }
}

/** What csv-parse gives with `info`. */
interface ParsedRow {
  readonly info: Info;
  readonly record: readonly string[];
}
