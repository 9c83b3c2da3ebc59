import { AGE_GROUPS, FAILURE_CODES } from '../../types.js';
import type { Gender } from '../../types.js';
import { ATTRIBUTES, ATTRIBUTE_NAMES, type AttributeName } from '../attributes.js';
import type { FaceRecord, PictureRecord } from '../report.js';

/** What an expression sees of one face. */
export type FaceFacts = FaceRecord;

/** What an expression sees of one picture. */
export type PictureFacts = Pick<
  PictureRecord,
  'status' | 'width' | 'height' | 'faces' | 'error' | 'warnings'
>;

/** A number. NaN stands for "absent": every comparison with it is false, and it spreads through arithmetic. */
interface NumberName<T> {
  readonly type: 'number';
  readonly read: (facts: T) => number;
}

/**
 * A text out of a closed set, so that a misspelt value is found before the run and not after it. Undefined stands for
 * "absent".
 */
interface TextName<T> {
  readonly type: 'text';
  readonly values: readonly string[];
  readonly read: (facts: T) => string | undefined;
}

export type Name<T> = NumberName<T> | TextName<T>;

/** `(25-32)` → 25 and 32. */
const BOUNDS: ReadonlyMap<string, readonly [number, number]> = new Map(
  AGE_GROUPS.map((group) => {
    const [low = NaN, high = NaN] = group.slice(1, -1).split('-').map(Number);
    return [group, [low, high]];
  }),
);

const lowest = (face: FaceFacts): number => BOUNDS.get(face.age)?.[0] ?? NaN;
const highest = (face: FaceFacts): number => BOUNDS.get(face.age)?.[1] ?? NaN;

function number<T>(read: (facts: T) => number): NumberName<T> {
  return { type: 'number', read };
}

function text<T>(values: readonly string[], read: (facts: T) => string | undefined): TextName<T> {
  return { type: 'text', values, read };
}

/** Extreme of a value over the faces; absent when there is none. */
function over(pick: (a: number, b: number) => number, value: (face: FaceFacts) => number) {
  return number<PictureFacts>(({ faces }) =>
    faces.reduce((extreme, face) => (Number.isNaN(extreme) ? value(face) : pick(extreme, value(face))), NaN),
  );
}

const countOf = (gender: Gender) =>
  number<PictureFacts>(({ faces }) =>
    faces.reduce((count, face) => (face.gender === gender ? count + 1 : count), 0),
  );

/** Names that mean something about the picture. */
export const PICTURE_NAMES: ReadonlyMap<string, Name<PictureFacts>> = new Map<string, Name<PictureFacts>>([
  ['faces', number(({ faces }) => faces.length)],
  ['males', countOf('Male')],
  ['females', countOf('Female')],
  ['minAge', over(Math.min, lowest)],
  ['maxAge', over(Math.max, highest)],
  ['confidence', over(Math.max, ({ confidence }) => confidence)],
  // A size of 0 says "could not be read"; `width < 640` is not meant to find those.
  ['width', number(({ width }) => width || NaN)],
  ['height', number(({ height }) => height || NaN)],
  ['status', text(['ok', 'failed'], ({ status }) => status)],
  ['code', text(['', ...FAILURE_CODES], ({ error }) => error?.code ?? '')],
  ['warnings', number(({ warnings }) => warnings?.length ?? 0)],
]);

/** Names that mean something about one face, inside `any`, `all` and `count`; they hide the picture's of the same name. */
export const FACE_NAMES: ReadonlyMap<string, Name<FaceFacts>> = new Map<string, Name<FaceFacts>>([
  ...ATTRIBUTE_NAMES.flatMap(attributeName),
  ['minAge', number(lowest)],
  ['maxAge', number(highest)],
  ['confidence', number(({ confidence }) => confidence)],
  ['x', number(({ bbox }) => bbox[0])],
  ['y', number(({ bbox }) => bbox[1])],
  ['w', number(({ bbox }) => bbox[2])],
  ['h', number(({ bbox }) => bbox[3])],
]);

/** Every attribute has its own name; a distribution has none, for nothing can be compared with it. */
function attributeName(name: AttributeName): [string, Name<FaceFacts>][] {
  const row = ATTRIBUTES[name];
  switch (row.kind) {
    case 'label':
      return [[name, text(row.labels, (face) => onlyText(face[name]))]];
    case 'number':
      return [[name, number((face) => onlyNumber(face[name]))]];
    case 'distribution':
      return [];
  }
}

const onlyText = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const onlyNumber = (value: unknown): number => (typeof value === 'number' ? value : NaN);
