import { countOf } from '../../core/count-of.js';
import type { EvaluationReport } from '../evaluation-report.js';
import { FIGURE_COLUMNS, plainRow, shareRow } from './figure-rows.js';
import { decimalText } from './figure-text.js';
import { tableOf, type Section } from './table.js';

/** How many faces were found, and what was found beside them. */
export function facesSection({ overall, detection, options }: EvaluationReport): Section {
  const rows = [
    ...shareRow('found (recall)', overall.found),
    ...(detection
      ? [
          ...shareRow('precision', detection.precision),
          ...plainRow('extra faces a picture', decimalText(detection.extraPerPicture), `${detection.extra}`),
          ...(detection.averagePrecision === undefined
            ? []
            : plainRow(`AP${Math.round(options.iou * 100)}`, decimalText(detection.averagePrecision))),
        ]
      : []),
  ];
  return { title: 'Faces', tables: tableOf(FIGURE_COLUMNS, rows), notes: notesOf(detection) };
}

function notesOf(detection: EvaluationReport['detection']): string[] {
  if (!detection) return ['No label has a box: other faces of the pictures are neither right nor wrong.'];
  const pictures = countOf(detection.pictures, 'picture');
  return [
    `Precision, extra faces and average precision (AP) are of the ${pictures} labelled with boxes.`,
    "AP is over the faces above the run's threshold: what that left out cannot raise it.",
  ];
}
