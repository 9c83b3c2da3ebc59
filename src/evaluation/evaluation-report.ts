import type { RunKey } from '../types.js';
import type { Breakdown } from './breakdown.js';
import type { DetectionMeasures } from './detection.js';
import type { LabelProblem } from './labels.js';
import type { MatchOptions } from './matching.js';
import type { Measures } from './measures.js';

/** Version of the report's form. */
export const REPORT_VERSION = 1;

export interface EvaluationOptions extends MatchOptions {
  /** Columns of the labels to break down by, beside gender and age group. */
  readonly by: readonly string[];
  /** Faces that a group must have to count in a gap. */
  readonly minGroup: number;
}

/** What became of the rows of labels. */
export interface LabelCounts {
  /** Labelled faces that were looked for. */
  readonly faces: number;
  /** Rows that were left out because they cannot be understood. */
  readonly bad: readonly LabelProblem[];
  /** Rows that were left out because an earlier one is of the same face. */
  readonly duplicates: readonly LabelProblem[];
  /** Pictures that have labels and no record, sorted; their labels were left out. */
  readonly withoutRecord: readonly string[];
}

export interface PictureCounts {
  /** With labels, said to show no face included. */
  readonly labelled: number;
  /** Of these: all their faces count as missed. */
  readonly failed: number;
}

/**
 * What labels say of the records of an output folder: what `facetag eval --json` prints. Shares, confidences and
 * intervals are in 0..1, ages in years.
 */
export interface EvaluationReport {
  readonly schemaVersion: typeof REPORT_VERSION;
  readonly options: EvaluationOptions;
  /** How the records were made: one entry unless the folder holds records of several settings. */
  readonly runs: readonly RunKey[];
  readonly labels: LabelCounts;
  readonly pictures: PictureCounts;
  /** Absent without labels that have boxes. */
  readonly detection?: DetectionMeasures;
  readonly overall: Measures;
  readonly breakdowns: readonly Breakdown[];
}

/** Rows, and pictures, whose labels were left out. */
export function countProblems({ labels }: Pick<EvaluationReport, 'labels'>): number {
  return labels.bad.length + labels.duplicates.length + labels.withoutRecord.length;
}
