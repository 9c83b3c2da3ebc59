import type { SchemaElement } from 'hyparquet-writer';
import { ATTRIBUTES, ATTRIBUTE_NAMES, type AttributeName } from '../core/attributes.js';
import { round } from '../core/attributes/kind.js';
import type { FaceRecord, PictureRecord } from '../core/report.js';

/** A face; a picture without faces has one row all the same, as in `faces.csv`. */
export interface Row {
  /** The picture's name, with the prefix that was asked for. */
  readonly image: string;
  readonly record: PictureRecord;
  /** Counts from 0. */
  readonly index?: number;
  readonly face?: FaceRecord;
}

export interface Column {
  readonly name: string;
  /** The column itself and, for a list, what is in it, in the order of the file's metadata. */
  readonly schema: readonly SchemaElement[];
  readonly valueOf: (row: Row) => unknown;
}

type Flat = 'STRING' | 'INT32' | 'DOUBLE';
type Repetition = 'REQUIRED' | 'OPTIONAL';

function flat(
  name: string,
  type: Flat,
  valueOf: Column['valueOf'],
  repetition: Repetition = 'OPTIONAL',
): Column {
  return { name, schema: [element(name, type, repetition)], valueOf };
}

function element(name: string, type: Flat, repetition_type: Repetition): SchemaElement {
  return type === 'STRING'
    ? { name, type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type }
    : { name, type, repetition_type };
}

/** A list of numbers; of lists of numbers where `depth` is 2. */
function list(name: string, depth: 1 | 2, valueOf: Column['valueOf']): Column {
  const wrap = (inner: string, repetition_type: Repetition): SchemaElement[] => [
    { name: inner, repetition_type, converted_type: 'LIST', num_children: 1 },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
  ];
  const further = depth === 2 ? wrap('element', 'REQUIRED') : [];
  const schema = [...wrap(name, 'OPTIONAL'), ...further, element('element', 'DOUBLE', 'REQUIRED')];
  return { name, schema, valueOf };
}

/** The columns of `faces.csv` for pictures that did not fail, then what no cell of a table can hold. */
export const COLUMNS: readonly Column[] = [
  flat('image', 'STRING', ({ image }) => image, 'REQUIRED'),
  flat('width', 'INT32', ({ record }) => record.width, 'REQUIRED'),
  flat('height', 'INT32', ({ record }) => record.height, 'REQUIRED'),
  flat('face', 'INT32', ({ index }) => index),
  ...['x', 'y', 'w', 'h'].map((name, side) => flat(name, 'INT32', ({ face }) => face?.bbox[side])),
  flat('confidence', 'DOUBLE', ({ face }) => face?.confidence),
  ...ATTRIBUTE_NAMES.map(attributeColumn),
  list('bboxes', 2, ({ record, index = 0 }) => (index === 0 ? boxesOf(record) : undefined)),
];

function attributeColumn(name: AttributeName): Column {
  const { kind } = ATTRIBUTES[name];
  const valueOf = ({ face }: Row): unknown => face?.[name];
  if (kind === 'distribution') return list(name, 1, valueOf);
  return flat(name, kind === 'label' ? 'STRING' : 'DOUBLE', valueOf);
}

/** As img2dataset's `bbox_col` has it: [left, top, right, bottom] as shares of the picture. */
function boxesOf({ faces, width, height }: PictureRecord): number[][] {
  return faces.map(({ bbox: [x, y, w, h] }) =>
    [x / width, y / height, (x + w) / width, (y + h) / height].map((share) => round(share, 6)),
  );
}
