import type { CsvNames } from '../config.js';
import type { FaceRecord, PictureRecord } from './report.js';

const COLUMNS = [
  'image',
  'status',
  'width',
  'height',
  'face',
  'x',
  'y',
  'w',
  'h',
  'confidence',
  'gender',
  'genderConfidence',
  'age',
  'ageConfidence',
  'ageYears',
  'error',
] as const;

/**
 * What Excel, LibreOffice and Google Sheets start a formula at, full-width forms included (OWASP, CSV Injection), and
 * white space, which some of them skip.
 */
const FORMULA_START = /^[\s=+\-@\uFF1D\uFF0B\uFF0D\uFF20]/;

type Cell = string | number | undefined;

/** First line of `faces.csv`. Lines end in CRLF as RFC 4180 has it. */
export const CSV_HEADER = COLUMNS.join(',') + '\r\n';

/**
 * The rows of one picture: one per face, numbered from 0; one with `face` empty for a picture without faces; one with
 * the code in `error` for a failed picture.
 */
export function formatCsvRows(record: PictureRecord, names: CsvNames): string {
  const head: Cell[] = [nameCell(record.image, names), record.status, record.width, record.height];
  if (record.faces.length === 0) {
    return formatRow([...head, ...Array<Cell>(11).fill(undefined), record.error?.code]);
  }
  return record.faces
    .map((face, index) => formatRow([...head, index, ...faceCells(face), undefined]))
    .join('');
}

/** No name of a picture starts with `./` of itself, so it can be taken off again. A quote before it, as some put, would be no path. */
function nameCell(image: string, names: CsvNames): string {
  return names === 'safe' && FORMULA_START.test(image) ? `./${image}` : image;
}

function faceCells(face: FaceRecord): Cell[] {
  return [
    ...face.bbox,
    face.confidence,
    face.gender,
    face.genderConfidence,
    face.age,
    face.ageConfidence,
    face.ageYears,
  ];
}

function formatRow(cells: readonly Cell[]): string {
  return cells.map(formatCell).join(',') + '\r\n';
}

function formatCell(cell: Cell): string {
  if (cell === undefined) return '';
  const text = String(cell);
  // Where lists are separated by semicolons or tabs, an unquoted one would start a new cell.
  return /[",;\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
