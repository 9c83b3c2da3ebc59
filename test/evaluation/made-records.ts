import { ageGroup } from '../../src/core/labels.js';
import type { PictureRecord } from '../../src/core/report.js';
import { readLabels } from '../../src/evaluation/read-labels.js';
import type { LabelSet } from '../../src/evaluation/labels.js';
import type { Gender } from '../../src/types.js';
import { face, okRecord } from '../records.js';

/** What a record says of a face; the age group follows from the years. */
export interface Said {
  /** x, y, width, height. */
  readonly bbox: readonly [number, number, number, number];
  readonly confidence: number;
  readonly gender?: Gender;
  readonly genderConfidence?: number;
  readonly years?: number;
  readonly ageConfidence?: number;
}

export function recordOf(image: string, ...said: readonly Said[]): PictureRecord {
  return okRecord(
    image,
    said.map(({ bbox: [x, y, w, h], confidence, years = 30, ageConfidence = 0.5, ...rest }) =>
      face({
        box: { x1: x, y1: y, x2: x + w, y2: y + h },
        confidence,
        attributes: {
          gender: rest.gender ?? 'Male',
          genderConfidence: rest.genderConfidence ?? 0.9,
          age: ageGroup(years),
          ageConfidence,
          ageYears: years,
        },
      }),
    ),
  );
}

/** Labels out of the lines of a table without quotes. */
export async function labelsOf(lines: readonly string[], by: readonly string[] = []): Promise<LabelSet> {
  const rows = lines.map((line, index) => ({ line: index + 1, cells: line.split(',') }));
  return await readLabels(rows, { file: 'labels.csv', by });
}
