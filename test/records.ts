import { toRecord, type PictureRecord } from '../src/core/report.js';
import type { Expression, Face, ImageFailure, RunKey } from '../src/types.js';

/** Records and their parts for unit tests. */
export const runKey: RunKey = {
  pack: 'compact',
  models: 'sha256:aa',
  settings: 'sha256:bb',
  engine: 'opencv',
};

export function face(over: Partial<Face> = {}): Face {
  return {
    box: { x1: 10, y1: 20, x2: 50, y2: 80 },
    confidence: 0.9,
    attributes: { gender: 'Female', genderConfidence: 0.8, age: '(25-32)', ageYears: 27.3 },
    ...over,
  };
}

/** A face of a run that was asked for expressions. */
export function expressive(expression: Expression = 'happy', expressionConfidence = 0.75): Face {
  const plain = face();
  return { ...plain, attributes: { ...plain.attributes, expression, expressionConfidence } };
}

export function okRecord(image: string, faces: readonly Face[] = [face()], bytes = 100): PictureRecord {
  const source = { bytes, sha256: 'c0ffee' };
  return toRecord(image, { width: 640, height: 480, orientation: 1, scale: 1, faces, source }, runKey);
}

export function failedRecord(image: string, code: ImageFailure['code'], bytes = 100): PictureRecord {
  const failure: ImageFailure = { stage: 'decode', code, message: 'because' };
  const source = { bytes, sha256: 'c0ffee' };
  return toRecord(image, { width: 0, height: 0, scale: 0, faces: [], source, failure }, runKey);
}
