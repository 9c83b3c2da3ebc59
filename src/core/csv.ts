import type { CsvNames } from '../config.js';
import { ATTRIBUTES, ATTRIBUTE_NAMES, type AttributeName, type Attributes } from './attributes.js';
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
const ATTRIBUTE_COLUMNS = ATTRIBUTE_NAMES.filter(isColumn);

const PICTURE_COLUMNS = ['image', 'status', 'width', 'height'];
/** What `faceCells` fills. */
export const FACE_CELLS = ['x', 'y', 'w', 'h', 'confidence', ...ATTRIBUTE_COLUMNS];
const FACE_COLUMNS = ['face', ...FACE_CELLS];
const COLUMNS = [...PICTURE_COLUMNS, ...FACE_COLUMNS, 'error'];

/** First line of `faces.csv`. Lines end in CRLF as RFC 4180 has it. */
export const CSV_HEADER = COLUMNS.join(',') + '\r\n';

/**
 * The rows of one picture: one per face, numbered from 0; one with `face` empty for a picture without faces; one with
 * the code in `error` for a failed picture.
 */
export function formatCsvRows(record: PictureRecord, names: CsvNames): string {
  const head: Cell[] = [nameCell(record.image, names), record.status, record.width, record.height];
  if (record.faces.length === 0) {
    return formatRow([...head, ...FACE_COLUMNS.map(() => undefined), record.error?.code]);
  }
  return record.faces
    .map((face, index) => formatRow([...head, index, ...faceCells(face), undefined]))
    .join('');
}

/** No name of a picture starts with `./` of itself, so it can be taken off again. A quote before it, as some put, would be no path. */
export function nameCell(image: string, names: CsvNames): string {
  return names === 'safe' && FORMULA_START.test(image) ? `./${image}` : image;
}

export function faceCells(face: FaceRecord): Cell[] {
  return [...face.bbox, face.confidence, ...ATTRIBUTE_COLUMNS.map((name) => face[name])];
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
