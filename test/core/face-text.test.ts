import { describe, expect, it } from 'vitest';
import { layoutAnnotation } from '../../src/core/annotation.js';
import { describeFace, faceParts } from '../../src/core/face-text.js';
import { percent } from '../../src/core/percent.js';
import { formatTable } from '../../bin/setup/table.js';
import { formatRecord } from '../../src/core/report.js';
import { face, okRecord } from '../records.js';

type SetupRecord = Parameters<typeof formatTable>[0][number];

describe('percent', () => {
  it.each([
    [0.9349, '93 %'],
    [0.935, '94 %'],
    [0.285, '29 %'],
    [0.9999, '99 %'],
    [1, '100 %'],
    [0.5, '50 %'],
    [0, '0 %'],
  ])('of %d is %s', (share, text) => {
    expect(percent(share)).toBe(text);
  });
});

describe('what people read of a face', () => {
  const attributes = { gender: 'Female', genderConfidence: 0.9349, age: '(25-32)' } as const;

  it.each([
    [{ ...attributes, ageYears: 34.8 }, 'Female 93 %, 35 years'],
    [
      { ...attributes, expression: 'happy' as const, expressionConfidence: 0.812 },
      'Female 93 %, (25-32), happy 81 %',
    ],
    [{ ...attributes, ageYears: 34.4 }, 'Female 93 %, 34 years'],
    [{ ...attributes, ageYears: 0.7 }, 'Female 93 %, 1 year'],
    [{ ...attributes, age: '(38-43)' as const, ageYears: 35.5 }, 'Female 93 %, 36 years'],
    [{ ...attributes, ageConfidence: 0.5 }, 'Female 93 %, (25-32)'],
  ])('are years where there are any, else the group: %o', (given, text) => {
    expect(describeFace(given)).toBe(text);
  });

  it('is the same on the picture and in the table of the set-up', () => {
    const one = face({
      attributes: { ...attributes, ageYears: 34.8 },
      box: { x1: 0, y1: 0, x2: 600, y2: 400 },
    });
    const measure = (line: string, scale: number) => ({
      width: line.length * 20 * scale,
      height: 22,
      baseline: 9,
    });
    const marks = layoutAnnotation({ width: 640, height: 480 }, [one], measure);
    expect(marks[0]!.label!.lines.map(({ text }) => text)).toEqual(['Female 93 %, 35 years']);
    const written = JSON.parse(formatRecord(okRecord('a.jpg', [one]))) as SetupRecord;
    const table = formatTable([written], { faceParts, percent });
    expect(table).toContain('  Female 93 %  35 years  ');
  });
});
