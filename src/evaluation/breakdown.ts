import { AGE_GROUPS, GENDERS } from '../types.js';
import type { JudgedFace } from './matching.js';
import { measure, type Measures } from './measures.js';

/** Faces with one value in a column. */
export interface Group {
  readonly value: string;
  readonly measures: Measures;
}

/** How far groups lie apart. */
export interface Gap {
  /** Largest minus smallest. */
  readonly gap: number;
  readonly largest: { readonly value: string; readonly figure: number };
  readonly smallest: { readonly value: string; readonly figure: number };
}

/** Everything, by one column of the labels. */
export interface Breakdown {
  readonly column: string;
  /** Labelled faces that have no value in it. */
  readonly without: number;
  readonly groups: readonly Group[];
  /** Of gender accuracy, over groups of at least `minGroup` faces; absent with fewer than two of them. */
  readonly genderGap?: Gap;
}

/** The labels' own columns, in the order of the program's words; always broken down by. */
const OWN: ReadonlyMap<string, Column> = new Map<string, Column>([
  ['gender', { valueOf: ({ label }) => label.gender, order: GENDERS }],
  ['ageGroup', { valueOf: ({ label }) => label.ageGroup, order: AGE_GROUPS }],
]);

interface Column {
  readonly valueOf: (face: JudgedFace) => string | undefined;
  readonly order: readonly string[];
}

/**
 * Breaks faces down by gender, age group and the columns named; a column without any value is left out.
 *
 * @param by of the labels' further columns.
 * @param minGroup smaller groups are shown, but say too little to count in a gap.
 */
export function breakDown(
  faces: readonly JudgedFace[],
  by: readonly string[],
  minGroup: number,
): Breakdown[] {
  const columns = [...new Set([...OWN.keys(), ...by])];
  return columns.flatMap((column) => {
    const { valueOf, order } = OWN.get(column) ?? furtherColumn(column);
    const { members, without } = group(faces, valueOf);
    if (members.size === 0) return [];
    const rank = (value: string): number => order.indexOf(value);
    const groups = [...members]
      .sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1))
      .map(([value, own]) => ({ value, measures: measure(own) }));
    const genderGap = gapOf(groups, minGroup);
    return [{ column, without, groups, ...(genderGap && { genderGap }) }];
  });
}

const furtherColumn = (column: string): Column => ({
  valueOf: ({ label }) => label.groups.get(column),
  order: [],
});

function group(
  faces: readonly JudgedFace[],
  valueOf: Column['valueOf'],
): { readonly members: Map<string, JudgedFace[]>; readonly without: number } {
  const members = new Map<string, JudgedFace[]>();
  let without = 0;
  for (const face of faces) {
    const value = valueOf(face);
    if (value === undefined) without += 1;
    else addTo(members, value, face);
  }
  return { members, without };
}

function addTo(members: Map<string, JudgedFace[]>, value: string, face: JudgedFace): void {
  const own = members.get(value);
  if (own) own.push(face);
  else members.set(value, [face]);
}

function gapOf(groups: readonly Group[], minGroup: number): Gap | undefined {
  const figures = groups
    .flatMap(({ value, measures: { gender } }) =>
      gender && gender.accuracy.of >= minGroup ? [{ value, figure: gender.accuracy.share }] : [],
    )
    .sort((a, b) => b.figure - a.figure);
  const [largest] = figures;
  const smallest = figures.at(-1);
  if (!largest || !smallest || figures.length < 2) return undefined;
  return { gap: largest.figure - smallest.figure, largest, smallest };
}
