import type { AgeGroup, BoundingBox, Expression, Gender } from '../types.js';

/** What a person said of one face. What was not said is absent. */
export interface FaceLabel {
  /** In the file of labels, counted from 1. */
  readonly line: number;
  /** As in the record: below the base folder, `/` separated. */
  readonly image: string;
  /** In pixels of the picture as seen. Without it the label is of one face of the picture, whichever `--match` says. */
  readonly box?: BoundingBox;
  readonly gender?: Gender;
  /** Age in years. */
  readonly years?: number;
  readonly ageGroup?: AgeGroup;
  readonly expression?: Expression;
  /** Values of the columns to break down by, empty ones left out. */
  readonly groups: ReadonlyMap<string, string>;
}

/** A row that was left out. */
export interface LabelProblem {
  readonly line: number;
  readonly reason: string;
}

/** A file of labels, read. */
export interface LabelSet {
  /** In the order of the file. */
  readonly labels: readonly FaceLabel[];
  /** Pictures that are said to show no face. */
  readonly faceless: ReadonlySet<string>;
  /** Rows that could not be understood. */
  readonly bad: readonly LabelProblem[];
  /** Rows that say something about a face again. */
  readonly duplicates: readonly LabelProblem[];
}

/** The labels of each picture, in the order of the file; faceless pictures have none. */
export function labelsByPicture({ labels, faceless }: LabelSet): Map<string, FaceLabel[]> {
  const pictures = new Map<string, FaceLabel[]>([...faceless].map((image) => [image, []]));
  for (const label of labels) {
    const others = pictures.get(label.image);
    if (others) others.push(label);
    else pictures.set(label.image, [label]);
  }
  return pictures;
}
