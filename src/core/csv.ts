import type { CsvNames } from '../config.js';
import {
  ATTRIBUTES,
  ATTRIBUTE_NAMES,
  hasAsked,
  isAsked,
  type AttributeName,
  type Attributes,
} from './attributes.js';
import type { FaceRecord, PictureRecord } from './report.js';

/**
 * What Excel, LibreOffice and Google Sheets start a formula at, full-width forms included (OWASP, CSV Injection), and
 * white space, which some of them skip.
 */
const FORMULA_START = /^[\s=+\-@\uFF1D\uFF0B\uFF0D\uFF20]/;

export type Cell = string | number | undefined;

/** Attributes that fit a cell: a distribution is in the JSON alone. */
type ColumnName = {
  [N in AttributeName]-?: Required<Attributes>[N] extends string | number ? N : never;
}[AttributeName];

const isColumn = (name: AttributeName): name is ColumnName => ATTRIBUTES[name].kind !== 'distribution';

const PICTURE_COLUMNS = ['image', 'status', 'width', 'height'];
const BOX_COLUMNS = ['x', 'y', 'w', 'h', 'confidence'];
const ATTRIBUTE_COLUMNS = ATTRIBUTE_NAMES.filter(isColumn);
/** What `faceCells` fills unless it is told what to. */
export const FACE_CELLS = [...BOX_COLUMNS, ...ATTRIBUTE_COLUMNS];

/** One way to write `faces.csv`. */
export interface CsvForm {
  /** First line. Lines end in CRLF as RFC 4180 has it. */
  readonly header: string;
  /** Whether the form has a column for everything that the record says in words and numbers. */
  readonly fits: (record: PictureRecord) => boolean;
  /**
   * The rows of one picture: one per face, numbered from 0; one with `face` empty for a picture without faces; one with
   * the code in `error` for a failed picture.
   */
  readonly rows: (record: PictureRecord, names: CsvNames) => string;
}

/** With columns for what every run tells of a face, as all tables have it whose faces have no more. */
export const USUAL_CSV: CsvForm = csvForm(
  ATTRIBUTE_NAMES.filter((name) => !isAsked(name)),
  (record) => record.faces.every((face) => !hasAsked(face)),
);

/** With columns for what some run was asked for as well. */
export const WIDE_CSV: CsvForm = csvForm(ATTRIBUTE_NAMES, () => true);

function csvForm(attributes: readonly AttributeName[], fits: CsvForm['fits']): CsvForm {
  const columns = attributes.filter(isColumn);
  const faceColumns = ['face', ...BOX_COLUMNS, ...columns];
  const noFace = faceColumns.map(() => undefined);
  return {
    header: formatRow([...PICTURE_COLUMNS, ...faceColumns, 'error']),
    fits,
    rows: ({ image, status, width, height, faces, error }, names) => {
      const head: Cell[] = [nameCell(image, names), status, width, height];
      if (faces.length === 0) return formatRow([...head, ...noFace, error?.code]);
      return faces
        .map((face, index) => formatRow([...head, index, ...faceCells(face, columns), undefined]))
        .join('');
    },
  };
}

/** A whole table, in the narrowest form that holds all of it. */
export function formatTable(records: readonly PictureRecord[], names: CsvNames): string {
  const form = records.every(USUAL_CSV.fits) ? USUAL_CSV : WIDE_CSV;
  return form.header + records.map((record) => form.rows(record, names)).join('');
}

/** No name of a picture starts with `./` of itself, so it can be taken off again. A quote before it, as some put, would be no path. */
export function nameCell(image: string, names: CsvNames): string {
  return names === 'safe' && FORMULA_START.test(image) ? `./${image}` : image;
}

/** The picture that a row is of: the inverse of `nameCell`. @returns undefined for what is no row. */
export function imageOfRow(row: string, names: CsvNames): string | undefined {
  const [, quoted, plain] = /^(?:"((?:[^"]|"")*)"|([^",]*)),/.exec(row) ?? [];
  const cell = quoted?.replaceAll('""', '"') ?? plain;
  return names === 'safe' && cell?.startsWith('./') ? cell.slice(2) : cell;
}

export function faceCells(face: FaceRecord, columns: readonly ColumnName[] = ATTRIBUTE_COLUMNS): Cell[] {
  return [...face.bbox, face.confidence, ...columns.map((name) => face[name])];
}

/** A row, its end included. */
export function formatRow(cells: readonly Cell[]): string {
  return cells.map(formatCell).join(',') + '\r\n';
}

function formatCell(cell: Cell): string {
  if (cell === undefined) return '';
  const text = String(cell);
  // Where lists are separated by semicolons or tabs, an unquoted one would start a new cell.
  return /[",;\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
