import { usageError } from '../errors.js';

const BOX_COLUMNS = ['x', 'y', 'w', 'h'];
const FACE_COLUMNS = ['gender', 'age', 'ageGroup', 'expression', ...BOX_COLUMNS];

/** Where a file of labels has what, from its header. */
export interface LabelColumns {
  /** How many cells a row has. */
  readonly count: number;
  readonly hasBoxes: boolean;
  /** Undefined for a column that the file does not have. */
  readonly indexOf: (column: string) => number | undefined;
}

/**
 * Finds the columns that are known, whatever their case, and those to break down by, as they are written.
 *
 * @param by names of further columns.
 * @param file its name, for people.
 * @throws {FatalError} USAGE for a header that no label can be read by.
 */
export function readHeader(cells: readonly string[], by: readonly string[], file: string): LabelColumns {
  const names = cells.map((cell) => canonical(cell.trim()));
  const double = names.find((name, index) => name !== '' && names.indexOf(name) < index);
  if (double !== undefined) throw usageError('each column once', file, double);
  const has = (name: string): boolean => names.includes(name);
  if (!has('image')) throw usageError('a column image', `the first line of ${file}`, names.join(','));
  if (!FACE_COLUMNS.some(has)) {
    const expected = 'a column of gender, age, ageGroup, expression or x,y,w,h';
    throw usageError(expected, `the first line of ${file}`, names);
  }
  const hasBoxes = BOX_COLUMNS.every(has);
  if (!hasBoxes && BOX_COLUMNS.some(has)) {
    throw usageError('all of x,y,w,h or none', `the columns of ${file}`, names);
  }
  const unknown = by.find((column) => !has(column));
  if (unknown !== undefined) throw usageError(`a column of ${file} (${names.join(', ')})`, '--by', unknown);
  const indices = new Map(names.map((name, index) => [name, index]));
  return { count: names.length, hasBoxes, indexOf: (column) => indices.get(column) };
}

function canonical(name: string): string {
  const lower = name.toLowerCase();
  return ['image', ...FACE_COLUMNS].find((known) => known.toLowerCase() === lower) ?? name;
}
