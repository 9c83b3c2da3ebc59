import type { PictureRecord } from '../core/report.js';
import type { RunKey } from '../types.js';
import { breakDown } from './breakdown.js';
import { measureDetection } from './detection.js';
import { REPORT_VERSION, type EvaluationOptions, type EvaluationReport } from './evaluation-report.js';
import { labelsByPicture, type LabelSet } from './labels.js';
import { judgePicture, type JudgedPicture } from './matching.js';
import { measure } from './measures.js';

/**
 * Holds records against labels. Pure.
 *
 * @param records each picture once, in any order; those without labels are passed over.
 */
export async function evaluate(
  records: AsyncIterable<PictureRecord> | Iterable<PictureRecord>,
  labels: LabelSet,
  options: EvaluationOptions,
): Promise<EvaluationReport> {
  const { judged, runs, missing } = await judge(records, labels, options);
  const faces = judged.flatMap((picture) => picture.faces);
  const detection = measureDetection(judged);
  return {
    schemaVersion: REPORT_VERSION,
    options: {
      iou: options.iou,
      match: options.match,
      by: options.by,
      minGroup: options.minGroup,
    },
    runs,
    labels: {
      faces: faces.length,
      bad: labels.bad,
      duplicates: labels.duplicates,
      withoutRecord: missing,
    },
    pictures: {
      labelled: judged.length,
      failed: judged.filter(({ isFailed }) => isFailed).length,
    },
    ...(detection && { detection }),
    overall: measure(faces),
    breakdowns: breakDown(faces, options.by, options.minGroup),
  };
}

interface Judged {
  readonly judged: readonly JudgedPicture[];
  readonly runs: readonly RunKey[];
  /** Labelled pictures without a record. */
  readonly missing: readonly string[];
}

async function judge(
  records: AsyncIterable<PictureRecord> | Iterable<PictureRecord>,
  labels: LabelSet,
  options: EvaluationOptions,
): Promise<Judged> {
  const waiting = labelsByPicture(labels);
  const judged: JudgedPicture[] = [];
  const runs = new Map<string, RunKey>();
  for await (const record of records) {
    const own = waiting.get(record.image);
    if (!own) continue;
    waiting.delete(record.image);
    judged.push(judgePicture(record, own, options));
    runs.set(JSON.stringify(record.run), record.run);
  }
  const keys = [...runs].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, run]) => run);
  return { judged, runs: keys, missing: [...waiting.keys()].sort() };
}
