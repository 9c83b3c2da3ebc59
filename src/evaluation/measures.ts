import { measureAgeGroup, measureAgeYears, type AgeGroupMeasures, type AgeYearsMeasures } from './age.js';
import { measureExpression, type ExpressionMeasures } from './expression.js';
import { measureGender, type GenderMeasures } from './gender.js';
import { shareWhere, type Share } from './intervals.js';
import type { JudgedFace } from './matching.js';

/** What can be said of any set of labelled faces. What no face has a label for is absent. */
export interface Measures {
  /** Labelled faces that were found: recall. Absent without labelled faces. */
  readonly found?: Share;
  readonly gender?: GenderMeasures;
  readonly ageGroup?: AgeGroupMeasures;
  readonly ageYears?: AgeYearsMeasures;
  readonly expression?: ExpressionMeasures;
}

export function measure(faces: readonly JudgedFace[]): Measures {
  const found = shareWhere(faces, (face) => face.found !== undefined);
  const gender = measureGender(faces);
  const ageGroup = measureAgeGroup(faces);
  const ageYears = measureAgeYears(faces);
  const expression = measureExpression(faces);
  return {
    ...(found && { found }),
    ...(gender && { gender }),
    ...(ageGroup && { ageGroup }),
    ...(ageYears && { ageYears }),
    ...(expression && { expression }),
  };
}
