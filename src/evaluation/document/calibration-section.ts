import type { Calibration } from '../calibration.js';
import type { EvaluationReport } from '../evaluation-report.js';
import { decimalText, shareText } from './figure-text.js';
import { columns, type Section } from './table.js';

/** How true the confidences are; a section for each that the labels can tell of. */
export function calibrationSections({ overall }: EvaluationReport): Section[] {
  const { gender, ageGroup, expression } = overall;
  return [
    ...(gender ? [sectionOf('gender', gender.calibration)] : []),
    ...(ageGroup?.calibration ? [sectionOf('age', ageGroup.calibration)] : []),
    ...(expression?.calibration ? [sectionOf('expression', expression.calibration)] : []),
  ];
}

function sectionOf(what: string, { ece, brier, bins }: Calibration): Section {
  return {
    title: `Confidence of ${what}`,
    tables: [
      {
        columns: columns('said with', 'faces', 'on average', 'right'),
        rows: bins.map(({ low, high, faces, stated, right }) => [
          `${decimalText(low, 2)}-${decimalText(high, 2)}`,
          `${faces}`,
          shareText(stated),
          shareText(right),
        ]),
      },
    ],
    notes: [`ECE ${decimalText(ece)} over 15 bins, Brier score ${decimalText(brier)}; 0 is best for both.`],
  };
}
