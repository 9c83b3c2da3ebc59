import { describe, expect, it } from 'vitest';
import { LABEL_HEIGHT, layOutMarks } from '../../../src/report/client/marks.js';
import type { FaceRecord } from '../../../src/core/report.js';

const at = (...bbox: [number, number, number, number]): FaceRecord => ({
  bbox,
  confidence: 0.9,
  gender: 'Female',
  genderConfidence: 0.9,
  age: '(25-32)',
});
const layOut = (faces: FaceRecord[]) =>
  layOutMarks(faces, { width: 400, height: 200 }, { width: 200, height: 150 }, () => 'F 30');

describe('marks', () => {
  it('lie where the picture does, in the middle of its frame', () => {
    const [mark] = layOut([at(100, 60, 80, 60)]);
    // Shrunk to half, 25 pixels below the top.
    expect(mark).toMatchObject({ x: 50, y: 55, width: 40, height: 30 });
    expect(mark?.label).toMatchObject({ x: 50, y: 55 - LABEL_HEIGHT });
  });

  it('have their text below where there is no room above, and none on another face', () => {
    const [upper, lower] = layOut([at(100, 0, 80, 60), at(100, 62, 80, 60)]);
    expect(upper?.label).toMatchObject({ y: 9 });
    expect(lower?.label).toMatchObject({ y: 86 });
    const [, middle] = layOut([at(100, 0, 80, 60), at(100, 62, 80, 60), at(100, 124, 80, 60)]);
    expect(middle?.label).toBeUndefined();
  });

  it('of a crowd have no text', () => {
    const crowd = Array.from({ length: 8 }, (_, index) => at(50 * index, 100, 20, 20));
    expect(layOut(crowd).some(({ label }) => label)).toBe(false);
  });
});
