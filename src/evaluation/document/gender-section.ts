import { countOf } from '../../core/count-of.js';
import { GENDERS } from '../../types.js';
import type { Gap } from '../breakdown.js';
import type { EvaluationReport } from '../evaluation-report.js';
import { confusionTable } from './confusion-table.js';
import { FIGURE_COLUMNS, plainRow, shareRow } from './figure-rows.js';
import { shareText } from './figure-text.js';
import { tableOf, type Section } from './table.js';

/** How well gender was told; no section where no label says it. */
export function genderSection({ overall: { gender }, breakdowns, options }: EvaluationReport): Section[] {
  if (!gender) return [];
  const gaps = breakdowns.flatMap(({ column, genderGap }) =>
    genderGap ? plainRow(gapName(column, genderGap), shareText(genderGap.gap)) : [],
  );
  const rows = [
    ...shareRow('accuracy', gender.accuracy),
    ...GENDERS.flatMap((label) => shareRow(`recall of ${label}`, gender.recall[label])),
    ...plainRow('balanced accuracy', shareText(gender.balancedAccuracy)),
    ...gaps,
  ];
  const note = `A gap is the largest accuracy minus the smallest, of groups of at least ${countOf(options.minGroup, 'face')}.`;
  return [
    {
      title: 'Gender',
      tables: [...tableOf(FIGURE_COLUMNS, rows), confusionTable(gender.confusion)],
      notes: gaps.length > 0 ? [note] : [],
    },
  ];
}

function gapName(column: string, { smallest, largest }: Gap): string {
  return `gap over ${column}: ${smallest.value} to ${largest.value}`;
}
