import { describe, expect, it } from 'vitest';
import { facesOf, formatLine, formatRecord, presentFaces, toRecord } from '../../src/core/report.js';
import { parseRecord } from '../../src/core/parse-record.js';
import { face, failedRecord, okRecord, runKey } from '../records.js';

describe('presentFaces', () => {
  it('rounds boxes to whole pixels inside the picture and numbers to their decimals', () => {
    const [shown] = presentFaces(
      [
        face({
          box: { x1: -3.2, y1: 10.6, x2: 99.7, y2: 300 },
          confidence: 0.987654,
          attributes: {
            gender: 'Male',
            genderConfidence: 0.823456,
            age: '(4-6)',
            ageConfidence: 0.55555,
            ageYears: 5.26,
            ageDistribution: [0.00004, 0.99996],
          },
        }),
      ],
      100,
      200,
    );
    expect(shown).toEqual({
      box: { x1: 0, y1: 11, x2: 100, y2: 200 },
      confidence: 0.9877,
      attributes: {
        gender: 'Male',
        genderConfidence: 0.8235,
        age: '(4-6)',
        ageConfidence: 0.5556,
        ageYears: 5.3,
        ageDistribution: [0, 1],
      },
    });
  });

  it('sorts by confidence, then x, then y, whatever the order they come in', () => {
    const at = (x1: number, y1: number, confidence: number) =>
      face({ box: { x1, y1, x2: x1 + 10, y2: y1 + 10 }, confidence });
    const sorted = [at(5, 5, 0.9), at(1, 9, 0.8), at(2, 1, 0.8), at(2, 3, 0.80001)];
    for (const order of [
      [0, 1, 2, 3],
      [3, 2, 1, 0],
      [2, 0, 3, 1],
    ]) {
      const shown = presentFaces(
        order.map((index) => sorted[index]!),
        100,
        100,
      );
      expect(shown.map(({ box }) => [box.x1, box.y1])).toEqual([
        [5, 5],
        [1, 9],
        [2, 1],
        [2, 3],
      ]);
    }
  });

  it('never gives a box without area', () => {
    const [shown] = presentFaces([face({ box: { x1: 99.9, y1: 99.9, x2: 100, y2: 100 } })], 100, 100);
    expect(shown?.box).toEqual({ x1: 99, y1: 99, x2: 100, y2: 100 });
  });
});

describe('records', () => {
  it('have the documented fields in the documented order', () => {
    expect(formatLine(okRecord('2024/a.jpg'))).toBe(
      '{"schemaVersion":2,"image":"2024/a.jpg","status":"ok","width":640,"height":480,"orientation":1,"scale":1,' +
        '"faces":[{"bbox":[10,20,40,60],"confidence":0.9,"gender":"Female","genderConfidence":0.8,"age":"(25-32)","ageYears":27.3}],' +
        '"source":{"bytes":100,"sha256":"c0ffee"},' +
        '"run":{"pack":"compact","models":"sha256:aa","settings":"sha256:bb","engine":"opencv"}}\n',
    );
  });

  it('of a failed picture have no faces and the error', () => {
    const record = failedRecord('a.jpg', 'TRUNCATED');
    expect(record).toMatchObject({
      status: 'failed',
      faces: [],
      error: { stage: 'decode', code: 'TRUNCATED', message: 'because' },
    });
  });

  it('are read back as they were written', () => {
    const record = okRecord('a "b"\n.jpg');
    expect(parseRecord(formatRecord(record), record.image)).toEqual(record);
    expect(
      toRecord('x', { width: 640, height: 480, orientation: 1, scale: 1, faces: facesOf(record) }, runKey)
        .faces,
    ).toEqual(record.faces);
  });

  it('carry warnings only where there are any, and no orientation where none was read', () => {
    const report = { width: 640, height: 480, orientation: 6, scale: 1, faces: [] };
    expect(toRecord('a.jpg', { ...report, warnings: ['a', 'b'] }, runKey)).toMatchObject({
      orientation: 6,
      warnings: ['a', 'b'],
    });
    expect(toRecord('a.jpg', { ...report, warnings: [] }, runKey)).not.toHaveProperty('warnings');
    expect(failedRecord('a.jpg', 'TRUNCATED')).not.toHaveProperty('orientation');
  });
});
