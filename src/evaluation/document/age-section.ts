import type { EvaluationReport } from '../evaluation-report.js';
import { confusionTable } from './confusion-table.js';
import { estimatedShareRow, FIGURE_COLUMNS, shareRow, yearsRow } from './figure-rows.js';
import { tableOf, type Section } from './table.js';

/** How well age was told; no section where no label says it. */
export function ageSection({ overall: { ageGroup, ageYears } }: EvaluationReport): Section[] {
  if (!ageGroup) return [];
  const rows = [
    ...shareRow('exact group', ageGroup.exact),
    ...shareRow('within one group', ageGroup.withinOne),
    ...(ageYears
      ? [
          ...yearsRow('MAE', ageYears.mae, ageYears.faces),
          ...estimatedShareRow('CS@5', ageYears.cs5, ageYears.faces),
        ]
      : []),
  ];
  return [
    {
      title: 'Age',
      tables: [...tableOf(FIGURE_COLUMNS, rows), confusionTable(ageGroup.confusion)],
      notes: ageYears
        ? ['MAE is the mean absolute error in years, CS@5 the share that is at most five years off.']
        : [],
    },
  ];
}
