import { GENDERS } from '../../types.js';
import type { Breakdown, Group } from '../breakdown.js';
import { NONE, shareWithRange, yearsWithRange } from './figure-text.js';
import { columns, tableOf, type Section } from './table.js';

/** Everything by the values of one column, in percent and years with intervals. */
export function breakdownSection({ column, groups, without }: Breakdown): Section {
  const told = groups.some(({ measures }) => measures.gender !== undefined);
  const aged = groups.some(({ measures }) => measures.ageGroup !== undefined);
  const faceColumns = [
    'faces',
    'found %',
    ...(told ? ['gender %', ...GENDERS.map((label) => `${label} %`)] : []),
  ];
  return {
    title: `By ${column}`,
    tables: [
      ...tableOf(columns('', ...faceColumns), groups.map(told ? withGender : foundRow)),
      ...(aged
        ? tableOf(columns('', 'exact group %', 'within one %', 'MAE', 'CS@5 %'), groups.map(ageRow))
        : []),
    ],
    notes: without > 0 ? [`Without a value: ${without}.`] : [],
  };
}

function foundRow({ value, measures: { found } }: Group): string[] {
  return [value, found ? `${found.of}` : NONE, shareWithRange(found)];
}

function withGender(group: Group): string[] {
  const { gender } = group.measures;
  const recalled = GENDERS.map((label) => shareWithRange(gender?.recall[label]));
  return [...foundRow(group), shareWithRange(gender?.accuracy), ...recalled];
}

function ageRow({ value, measures: { ageGroup, ageYears } }: Group): string[] {
  const cs5 = ageYears && { ...ageYears.cs5, share: ageYears.cs5.value };
  return [
    value,
    shareWithRange(ageGroup?.exact),
    shareWithRange(ageGroup?.withinOne),
    yearsWithRange(ageYears?.mae),
    shareWithRange(cs5),
  ];
}
