import { usageError } from '../errors.js';
import { LabelFault, readFace, type Cells } from './label-cells.js';
import { readHeader, type LabelColumns } from './label-columns.js';
import type { FaceLabel, LabelProblem, LabelSet } from './labels.js';

/** One row of a table. */
export interface TableRow {
  /** Where it ends in the file, counted from 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

export interface LabelOptions {
  /** Its name, for people. */
  readonly file: string;
  /** Further columns to break down by. */
  readonly by: readonly string[];
}

/**
 * Reads a table of labels. Rows that cannot be understood, or that repeat another, are left out and told.
 *
 * @throws {FatalError} USAGE for a table without a header that labels can be read by.
 */
export async function readLabels(
  rows: AsyncIterable<TableRow> | Iterable<TableRow>,
  { file, by }: LabelOptions,
): Promise<LabelSet> {
  let reader: LabelReader | undefined;
  for await (const row of rows) {
    if (reader) reader.add(row);
    else reader = new LabelReader(readHeader(row.cells, by, file), by);
  }
  if (!reader) throw usageError('a table with a header', file, 'an empty file');
  return reader;
}

class LabelReader implements LabelSet {
  readonly labels: FaceLabel[] = [];
  readonly faceless = new Set<string>();
  readonly bad: LabelProblem[] = [];
  readonly duplicates: LabelProblem[] = [];
  /** The line of each face, by picture and box. */
  private readonly lines = new Map<string, number>();
  /** The first line of each picture, and whether it has a box. */
  private readonly firsts = new Map<string, { readonly line: number; readonly kind: Kind }>();

  constructor(
    private readonly columns: LabelColumns,
    private readonly by: readonly string[],
  ) {}

  add({ line, cells }: TableRow): void {
    try {
      this.take(line, this.cellsOf(cells));
    } catch (error) {
      if (!(error instanceof LabelFault)) throw error;
      this.bad.push({ line, reason: error.message });
    }
  }

  private cellsOf(cells: readonly string[]): Cells {
    const { count, indexOf } = this.columns;
    if (cells.length !== count) {
      throw new LabelFault(`Expected ${count} cells as in the header, received ${cells.length}`);
    }
    return (column) => cells[indexOf(column) ?? -1]?.trim() ?? '';
  }

  private take(line: number, cells: Cells): void {
    // `faces.csv` puts this before names that a spreadsheet would calculate.
    const image = cells('image').replace(/^(\.\/)+/, '');
    if (image === '') throw new LabelFault('Expected the path of a picture for image, received ""');
    const face = readFace(cells);
    const kind = kindOf(face, this.columns.hasBoxes);
    const first = this.firsts.get(image);
    if (first && first.kind !== kind) {
      throw new LabelFault(`Expected ${EXPECTED[first.kind]} for ${image} as in line ${first.line}`);
    }
    const identity = JSON.stringify([image, face.box]);
    const before = this.lines.get(identity);
    if (before !== undefined) {
      this.duplicates.push({ line, reason: `${image}: ${REPEATS[kind]} line ${before}` });
      return;
    }
    this.lines.set(identity, line);
    if (!first) this.firsts.set(image, { line, kind });
    if (kind === 'faceless') this.faceless.add(image);
    else this.labels.push({ line, image, ...face, groups: this.groupsOf(cells) });
  }

  private groupsOf(cells: Cells): Map<string, string> {
    return new Map(
      this.by.flatMap((column): [string, string][] => {
        const value = cells(column);
        return value === '' ? [] : [[column, value]];
      }),
    );
  }
}

type Kind = 'boxed' | 'boxless' | 'faceless';

/** Where boxes are drawn, a row that says nothing of a face says that there is none. */
function kindOf(face: object, hasBoxes: boolean): Kind {
  if ('box' in face) return 'boxed';
  return hasBoxes && Object.keys(face).length === 0 ? 'faceless' : 'boxless';
}

const EXPECTED: Readonly<Record<Kind, string>> = {
  boxed: 'a box',
  boxless: 'one face without a box',
  faceless: 'no face',
};

const REPEATS: Readonly<Record<Kind, string>> = {
  boxed: 'the same box as in',
  boxless: 'a second face without a box, which cannot be told from that of',
  faceless: 'no face, as in',
};
