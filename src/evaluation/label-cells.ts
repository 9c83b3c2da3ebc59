import { ageGroup } from '../core/labels.js';
import {
  AGE_GROUPS,
  EXPRESSIONS,
  type AgeGroup,
  type BoundingBox,
  type Expression,
  type Gender,
} from '../types.js';

/** A cell, or a row, that cannot be understood. The message says what was expected. */
export class LabelFault extends Error {
  override readonly name = 'LabelFault';
}

/** What one row says of a face. */
export interface Labelled {
  readonly box?: BoundingBox;
  readonly gender?: Gender;
  readonly years?: number;
  readonly ageGroup?: AgeGroup;
  readonly expression?: Expression;
}

/** The text of a row's cell, trimmed; empty where there is none. */
export type Cells = (column: string) => string;

/** Nobody has lived longer than 122 years; a larger number is a year of birth or a slip. */
const MAX_YEARS = 130;

const GENDER_NAMES: ReadonlyMap<string, Gender> = new Map([
  ['m', 'Male'],
  ['male', 'Male'],
  ['f', 'Female'],
  ['female', 'Female'],
]);

/**
 * What a row says: absent for each thing that it leaves empty. An age in years says its group too.
 *
 * @throws {LabelFault}
 */
export function readFace(cells: Cells): Labelled {
  const box = readBox(cells);
  const gender = readGender(cells('gender'));
  const age = readAge(cells('age'));
  const group = readGroup(cells('ageGroup')) ?? age.group;
  const expression = readExpression(cells('expression'));
  return {
    ...(box && { box }),
    ...(gender && { gender }),
    ...(age.years !== undefined && { years: age.years }),
    ...(group && { ageGroup: group }),
    ...(expression && { expression }),
  };
}

function readBox(cells: Cells): BoundingBox | undefined {
  const texts = ['x', 'y', 'w', 'h'].map(cells);
  if (texts.every((text) => text === '')) return undefined;
  const [x = NaN, y = NaN, w = NaN, h = NaN] = texts.map(numberOf);
  if (!(Number.isFinite(x + y) && Number.isFinite(w + h) && w > 0 && h > 0)) {
    throw expected('four numbers in pixels, w and h above 0, for x,y,w,h', texts.join(','));
  }
  return { x1: x, y1: y, x2: x + w, y2: y + h };
}

function readGender(text: string): Gender | undefined {
  if (text === '') return undefined;
  const gender = GENDER_NAMES.get(text.toLowerCase());
  if (!gender) throw expected('M, F, Male or Female for gender', text);
  return gender;
}

/** `faces.csv` has the group in this column: a table of results that was corrected by hand serves as labels. */
function readAge(text: string): { readonly years?: number; readonly group?: AgeGroup } {
  if (text === '') return {};
  const named = groupNamed(text);
  if (named) return { group: named };
  const years = numberOf(text);
  if (!(years >= 0 && years <= MAX_YEARS)) throw expected(`years in 0..${MAX_YEARS} for age`, text);
  return { years, group: ageGroup(years) };
}

function readGroup(text: string): AgeGroup | undefined {
  if (text === '') return undefined;
  const group = groupNamed(text);
  if (!group) throw expected(`one of ${AGE_GROUPS.join(' ')} for ageGroup`, text);
  return group;
}

function readExpression(text: string): Expression | undefined {
  if (text === '') return undefined;
  const expression = EXPRESSIONS.find((each) => each === text.toLowerCase());
  if (!expression) throw expected(`one of ${EXPRESSIONS.join(' ')} for expression`, text);
  return expression;
}

/** With its brackets or without. */
function groupNamed(text: string): AgeGroup | undefined {
  return AGE_GROUPS.find((group) => group === text || group === `(${text})`);
}

const numberOf = (text: string): number => (text === '' ? NaN : Number(text));

function expected(what: string, received: string): LabelFault {
  return new LabelFault(`Expected ${what}, received ${JSON.stringify(received)}`);
}
