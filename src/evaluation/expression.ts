import { EXPRESSIONS, type Expression } from '../types.js';
import { calibrationOf, type Calibration } from './calibration.js';
import { balancedAccuracy, confusionOf, recalls, shareWithin, type Confusion } from './classification.js';
import type { Share } from './intervals.js';
import type { JudgedFace } from './matching.js';

/** How well expressions were told, of the faces that were found, have a label of one and were given one. */
export interface ExpressionMeasures {
  readonly accuracy: Share;
  /** Of each expression that a face has. */
  readonly recall: Readonly<Partial<Record<Expression, Share>>>;
  /** Mean of the recalls, 0..1. */
  readonly balancedAccuracy: number;
  readonly confusion: Confusion<Expression>;
  /** Of `expressionConfidence`. */
  readonly calibration?: Calibration;
}

/** Undefined without such faces: of a run that was not asked for expressions, say. */
export function measureExpression(faces: readonly JudgedFace[]): ExpressionMeasures | undefined {
  const verdicts = faces.flatMap(({ label, found }) =>
    label.expression && found?.expression
      ? [{ truth: label.expression, said: found.expression, confidence: found.expressionConfidence }]
      : [],
  );
  const confusion = confusionOf(EXPRESSIONS, verdicts);
  const accuracy = shareWithin(confusion, 0);
  const balanced = balancedAccuracy(confusion);
  if (!accuracy || balanced === undefined) return undefined;
  const calibration = calibrationOf(
    verdicts.flatMap(({ truth, said, confidence }) =>
      confidence === undefined ? [] : [{ confidence, isRight: truth === said }],
    ),
  );
  return {
    accuracy,
    recall: recalls(confusion),
    balancedAccuracy: balanced,
    confusion,
    ...(calibration && { calibration }),
  };
}
