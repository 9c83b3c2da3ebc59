import { GENDERS, type Gender } from '../types.js';
import { calibrationOf, type Calibration } from './calibration.js';
import { balancedAccuracy, confusionOf, recalls, shareWithin, type Confusion } from './classification.js';
import type { Share } from './intervals.js';
import type { JudgedFace } from './matching.js';

/** How well gender was told, of the faces that were found and have a label of it. */
export interface GenderMeasures {
  readonly accuracy: Share;
  /** Of each class that a face has. */
  readonly recall: Readonly<Partial<Record<Gender, Share>>>;
  /** Mean of the recalls, 0..1. */
  readonly balancedAccuracy: number;
  readonly confusion: Confusion<Gender>;
  /** Of `genderConfidence`. */
  readonly calibration: Calibration;
}

/** Undefined without such faces. */
export function measureGender(faces: readonly JudgedFace[]): GenderMeasures | undefined {
  const verdicts = faces.flatMap(({ label, found }) =>
    label.gender && found
      ? [{ truth: label.gender, said: found.gender, confidence: found.genderConfidence }]
      : [],
  );
  const confusion = confusionOf(GENDERS, verdicts);
  const accuracy = shareWithin(confusion, 0);
  const balanced = balancedAccuracy(confusion);
  const calibration = calibrationOf(
    verdicts.map(({ truth, said, confidence }) => ({ confidence, isRight: truth === said })),
  );
  if (!accuracy || balanced === undefined || !calibration) return undefined;
  return { accuracy, recall: recalls(confusion), balancedAccuracy: balanced, confusion, calibration };
}
