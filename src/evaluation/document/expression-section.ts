import { EXPRESSIONS } from '../../types.js';
import type { EvaluationReport } from '../evaluation-report.js';
import { confusionTable } from './confusion-table.js';
import { FIGURE_COLUMNS, plainRow, shareRow } from './figure-rows.js';
import { shareText } from './figure-text.js';
import { tableOf, type Section } from './table.js';

/** How well expressions were told; no section where no label says them, or no record. */
export function expressionSection({ overall: { expression } }: EvaluationReport): Section[] {
  if (!expression) return [];
  const rows = [
    ...shareRow('accuracy', expression.accuracy),
    ...EXPRESSIONS.flatMap((label) => shareRow(`recall of ${label}`, expression.recall[label])),
    ...plainRow('balanced accuracy', shareText(expression.balancedAccuracy)),
  ];
  return [
    {
      title: 'Expression',
      tables: [...tableOf(FIGURE_COLUMNS, rows), confusionTable(expression.confusion)],
      notes: ['What a face shows, as the labels have it: neither side knows what a person feels.'],
    },
  ];
}
