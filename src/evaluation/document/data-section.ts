import { countOf } from '../../core/count-of.js';
import { engineText } from '../../core/run-key.js';
import type { EvaluationReport } from '../evaluation-report.js';
import { columns, tableOf, type Section } from './table.js';

/** Which labels the records were held against, and how. */
export function dataSection({ labels, pictures, options, runs }: EvaluationReport): Section {
  const failed = pictures.failed === 0 ? '' : `, ${pictures.failed} of them failed`;
  const rows = [
    ['labels', `${countOf(labels.faces, 'face')} in ${countOf(pictures.labelled, 'picture')}${failed}`],
    ['left out', leftOut(labels)],
    ['a face is found', `from an IoU of ${options.iou} on; without a box, the ${NAMES[options.match]} face`],
    ...runs.map((run) => ['pack', `${run.pack} on ${engineText(run)}, models ${run.models}`]),
  ];
  const [first] = columns('');
  const head = first ? [first, { ...first }] : [];
  const notes =
    runs.length > 1 ? ['The records were made with several settings: the figures are of a mixture.'] : [];
  return { title: 'Evaluation data', tables: tableOf(head, rows), notes };
}

const NAMES = { central: 'most central', largest: 'largest' } as const;

function leftOut({ bad, duplicates, withoutRecord }: EvaluationReport['labels']): string {
  const parts = [
    ...(bad.length > 0 ? [countOf(bad.length, 'bad row')] : []),
    ...(duplicates.length > 0 ? [countOf(duplicates.length, 'duplicate')] : []),
    ...(withoutRecord.length > 0 ? [`${countOf(withoutRecord.length, 'picture')} without a record`] : []),
  ];
  return parts.length === 0 ? 'nothing' : parts.join(', ');
}
