import { ATTRIBUTES, ATTRIBUTE_NAMES, type AttributeName } from '../core/attributes.js';
import { type FaceRecord, type PictureRecord, SCHEMA_VERSION } from '../core/report.js';
import type { ImageFailure, RunKey } from '../types.js';

/*
 * The form in which a page holds records: arrays without names, a third of the record's own text. The page's code turns
 * them back into records, to the letter.
 */

/**
 * A face: box, confidence, then the attributes in the order of their table; null for one that is absent, nothing at the
 * end.
 */
export type FaceRow = readonly (number | string | null | readonly number[])[];

/** What few pictures have. */
export interface RowExtra {
  readonly error?: ImageFailure;
  readonly warnings?: readonly string[];
  /** Why there is no thumbnail of a picture that did not fail. */
  readonly note?: string;
}

/** A picture. */
export type Row = readonly [
  image: string,
  width: number,
  height: number,
  /** 0 for none. */
  orientation: number,
  scale: number,
  /** -1 when the file could not be read; then there is no sha256 either. */
  bytes: number,
  sha256: string,
  /** Index of its run in the page's head. */
  run: number,
  /** 1 when there is one by `thumbnailName`; the picture itself as a data URL; 0 for none. */
  thumbnail: 0 | 1 | string,
  faces: readonly FaceRow[],
  extra?: RowExtra,
];

/** What the page's code is told beside the rows. */
export interface ReportHead {
  /** Pictures in all. */
  readonly pictures: number;
  /** Files of rows, in order, below the report's folder; none where the rows are in the page. */
  readonly chunks: readonly string[];
  readonly runs: readonly RunKey[];
  /** Where pictures are, as a relative URL that ends in a slash, by the first segment of their names; '' for all others. */
  readonly roots: Readonly<Record<string, string>>;
  /** Whether pictures were copied into the report, so that `roots` does not count. */
  readonly copies: boolean;
  /** The rows, in a page that needs no other file. */
  readonly rows?: readonly Row[];
}

/** Where the files of a report are, below its folder. */
export const REPORT_PAGE = 'index.html';
export const THUMBNAILS = 'thumbnails';
export const PICTURES = 'pictures';
export const ROWS = 'data';

/**
 * Named by the picture's bytes and by how it is made, so that one that is there already is right. 128 bits of the hash
 * are enough to tell pictures apart.
 */
export function thumbnailName(sha256: string): string {
  return `${THUMBNAILS}/${sha256.slice(0, 32)}-160.webp`;
}

/** A copied picture, named by its bytes: no name of a picture is too long or too odd for another disk. */
export function copyName(sha256: string, image: string): string {
  const [ending = ''] = /\.[a-z0-9]{1,5}$/.exec(image.toLowerCase()) ?? [];
  return `${PICTURES}/${sha256.slice(0, 32)}${ending}`;
}

export interface RowContext {
  readonly run: number;
  readonly thumbnail: 0 | 1 | string;
  readonly note?: string | undefined;
}

export function toRow(record: PictureRecord, { run, thumbnail, note }: RowContext): Row {
  const { image, width, height, orientation = 0, scale, source, error, warnings } = record;
  const extra: RowExtra = {
    ...(error && { error }),
    ...(warnings && { warnings }),
    ...(note !== undefined && { note }),
  };
  const faces = record.faces.map(toFaceRow);
  const [bytes, sha256] = source ? [source.bytes, source.sha256] : [-1, ''];
  const row = [image, width, height, orientation, scale, bytes, sha256, run, thumbnail, faces] as const;
  return Object.keys(extra).length === 0 ? row : [...row, extra];
}

function toFaceRow(face: FaceRecord): FaceRow {
  const cells = ATTRIBUTE_NAMES.map((name) => toCell(name, face[name]));
  // What is absent at the end need not be said.
  const said = cells.findLastIndex((cell) => cell !== null) + 1;
  return [...face.bbox, face.confidence, ...cells.slice(0, said)];
}

type Cell = FaceRow[number];

function toCell(name: AttributeName, value: string | number | readonly number[] | undefined): Cell {
  const row = ATTRIBUTES[name];
  if (row.kind === 'label' && typeof value === 'string') {
    return (row.labels as readonly string[]).indexOf(value);
  }
  return value ?? null;
}

/** The record that `toRow` was given. */
export function toRecord(row: Row, runs: readonly RunKey[]): PictureRecord {
  const [image, width, height, orientation, scale, bytes, sha256, run, , faces, extra] = row;
  const error = extra?.error;
  return {
    schemaVersion: SCHEMA_VERSION,
    image,
    status: error ? 'failed' : 'ok',
    width,
    height,
    ...(orientation > 0 && { orientation }),
    scale,
    faces: faces.map(toFace),
    ...(error && { error }),
    ...(extra?.warnings && { warnings: extra.warnings }),
    ...(bytes >= 0 && { source: { bytes, sha256 } }),
    run: runs[run] ?? { pack: '', models: '', settings: '', engine: 'opencv' },
  };
}

function toFace([x, y, w, h, confidence, ...cells]: FaceRow): FaceRecord {
  const attributes = ATTRIBUTE_NAMES.flatMap((name, index): [string, unknown][] => {
    const cell = cells[index];
    return cell === null || cell === undefined ? [] : [[name, fromCell(name, cell)]];
  });
  const fields: Record<string, unknown> = Object.fromEntries(attributes);
  return { bbox: [x, y, w, h], confidence, ...fields } as unknown as FaceRecord;
}

function fromCell(name: AttributeName, cell: NonNullable<Cell>): NonNullable<Cell> {
  const row = ATTRIBUTES[name];
  return row.kind === 'label' && typeof cell === 'number' ? (row.labels[cell] ?? '') : cell;
}
