import { iou } from '../../src/core/box.js';
import { mostProbable } from '../../src/core/labels.js';
import { EXPRESSIONS, type BoundingBox, type Face } from '../../src/types.js';

/** One face as face-api reports it. */
export interface GoldenFace {
  /** x, y, width, height in pixels of the original. */
  readonly box: readonly [number, number, number, number];
  readonly score: number;
  readonly gender: 'male' | 'female';
  readonly genderProbability: number;
  readonly age: number;
  /** Probabilities in the order of `EXPRESSIONS`. */
  readonly expressions: readonly number[];
}

/** One golden face and ours that covers it best, if any does by at least half. */
export interface Pair {
  readonly golden: GoldenFace;
  readonly ours?: Face;
  /** 0 where there is none. */
  readonly iou: number;
}

export function pairFaces(golden: readonly GoldenFace[], ours: readonly Face[]): readonly Pair[] {
  return golden.map((face) => {
    const best = ours
      .map((candidate) => ({ ours: candidate, iou: iou(candidate.box, boxOf(face)) }))
      .sort((a, b) => b.iou - a.iou)[0];
    return best !== undefined && best.iou >= 0.5 ? { golden: face, ...best } : { golden: face, iou: 0 };
  });
}

function boxOf({ box: [x, y, width, height] }: GoldenFace): BoundingBox {
  return { x1: x, y1: y, x2: x + width, y2: y + height };
}

export interface Agreement {
  readonly faces: number;
  readonly matched: number;
  /** Golden faces with a score over 0.7 that we miss. */
  readonly missedSure: number;
  readonly meanIou: number;
  readonly meanScoreDifference: number;
  /** Years. */
  readonly meanAgeDifference: number;
  /** Faces whose golden gender probability is over 0.7, and those of them where ours is the same. */
  readonly sureGenders: number;
  readonly sameGenders: number;
  /** Matched faces whose most probable expression is the same; none where ours were not asked for. */
  readonly sameExpressions: number;
  /** Between the probabilities that each side gives its own expression. */
  readonly meanExpressionDifference: number;
}

export function agreement(pairs: readonly Pair[]): Agreement {
  const matched = pairs.flatMap(({ golden, ours, iou: overlap }) =>
    ours === undefined ? [] : [{ golden, ours, iou: overlap }],
  );
  const sure = matched.filter(({ golden }) => golden.genderProbability > 0.7);
  return {
    faces: pairs.length,
    matched: matched.length,
    missedSure: pairs.filter(({ golden, ours }) => golden.score > 0.7 && ours === undefined).length,
    meanIou: mean(matched.map((pair) => pair.iou)),
    meanScoreDifference: mean(matched.map(({ golden, ours }) => Math.abs(golden.score - ours.confidence))),
    meanAgeDifference: mean(
      matched.map(({ golden, ours }) => Math.abs(golden.age - (ours.attributes.ageYears ?? Number.NaN))),
    ),
    sureGenders: sure.length,
    sameGenders: sure.filter(({ golden, ours }) => ours.attributes.gender.toLowerCase() === golden.gender)
      .length,
    sameExpressions: matched.filter(
      ({ golden, ours }) =>
        mostProbable(EXPRESSIONS, golden.expressions).label === ours.attributes.expression,
    ).length,
    meanExpressionDifference: mean(
      matched.map(({ golden, ours }) =>
        Math.abs(Math.max(...golden.expressions) - (ours.attributes.expressionConfidence ?? Number.NaN)),
      ),
    ),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
