import { AGE_GROUPS, type AgeGroup } from '../types.js';
import { bootstrapMeans } from './bootstrap.js';
import { calibrationOf, type Calibration } from './calibration.js';
import { confusionOf, shareWithin, type Confusion } from './classification.js';
import type { Estimate, Share } from './intervals.js';
import type { JudgedFace } from './matching.js';

/** How well age groups were told, of the faces that were found and have a label of one. */
export interface AgeGroupMeasures {
  readonly exact: Share;
  /** The group or one of its neighbours. */
  readonly withinOne: Share;
  readonly confusion: Confusion<AgeGroup>;
  /** Of `ageConfidence`, of the faces that have one. */
  readonly calibration?: Calibration;
}

/** How well years were told, of the faces that were found, have a label in years and were given years. */
export interface AgeYearsMeasures {
  readonly faces: number;
  /** Mean absolute error in years. */
  readonly mae: Estimate;
  /** Cumulative score at 5: the share that is at most five years off, 0..1. */
  readonly cs5: Estimate;
}

/** Undefined without such faces. */
export function measureAgeGroup(faces: readonly JudgedFace[]): AgeGroupMeasures | undefined {
  const verdicts = faces.flatMap(({ label, found }) =>
    label.ageGroup && found
      ? [{ truth: label.ageGroup, said: found.age, confidence: found.ageConfidence }]
      : [],
  );
  const confusion = confusionOf(AGE_GROUPS, verdicts);
  const exact = shareWithin(confusion, 0);
  const withinOne = shareWithin(confusion, 1);
  if (!exact || !withinOne) return undefined;
  const calibration = calibrationOf(
    verdicts.flatMap(({ truth, said, confidence }) =>
      confidence === undefined ? [] : [{ confidence, isRight: truth === said }],
    ),
  );
  return { exact, withinOne, confusion, ...(calibration && { calibration }) };
}

/** Undefined without such faces. */
export function measureAgeYears(faces: readonly JudgedFace[]): AgeYearsMeasures | undefined {
  const errors = faces.flatMap(({ label, found }) =>
    label.years === undefined || found?.ageYears === undefined
      ? []
      : [decimal(Math.abs(found.ageYears - label.years))],
  );
  if (errors.length === 0) return undefined;
  const [mae, cs5] = bootstrapMeans(errors, [(error) => error, (error) => Number(error <= 5)]);
  return mae && cs5 && { faces: errors.length, mae, cs5 };
}

/** The difference of two decimal numbers without what binary adds to it: 8.3 - 3.3 is above 5. */
const decimal = (years: number): number => Math.round(years * 1e6) / 1e6;
