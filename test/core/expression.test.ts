import { describe, expect, it } from 'vitest';
import { compileExpression } from '../../src/core/expression.js';
import type { PictureFacts } from '../../src/core/expression.js';

type Face = PictureFacts['faces'][number];

const woman: Face = {
  bbox: [812, 640, 410, 502],
  confidence: 0.9931,
  gender: 'Female',
  genderConfidence: 0.94,
  age: '(25-32)',
  ageYears: 27.3,
};
const boy: Face = {
  bbox: [10, 20, 40, 60],
  confidence: 0.61,
  gender: 'Male',
  genderConfidence: 0.7,
  age: '(8-12)',
  ageConfidence: 0.55,
  expression: 'surprised',
  expressionConfidence: 0.8,
};

const photo = (faces: readonly Face[]): PictureFacts => ({ status: 'ok', width: 1600, height: 900, faces });
const records = {
  woman: photo([woman]),
  family: photo([woman, boy]),
  empty: { ...photo([]), warnings: ['40 bytes of the JPEG belong to no pixel'] },
  broken: {
    status: 'failed',
    width: 0,
    height: 0,
    faces: [],
    error: { stage: 'decode', code: 'TRUNCATED', message: 'cut short' },
  },
} satisfies Record<string, PictureFacts>;

/** Names of the records that an expression is true of, in the order above. */
function matching(source: string): string {
  const holds = compileExpression(source, '--where');
  return Object.entries(records)
    .filter(([, record]) => holds(record))
    .map(([name]) => name)
    .join(' ');
}

describe('what an expression is true of', () => {
  it.each([
    // what only some runs tell
    ["any(expression == 'Surprised' && expressionConfidence > 0.5)", 'family'],
    ["any(expression != 'happy')", 'family'],
    // counts
    ['faces == 0', 'empty broken'],
    ['faces == 2', 'family'],
    ['males > 0 && females > 0', 'family'],
    ['females == 1', 'woman family'],
    ['males / faces >= 0.5', 'family'],
    ['warnings > 0', 'empty'],
    // group bounds: (8-12) and (25-32)
    ['minAge == 25', 'woman'],
    ['minAge == 8 && maxAge == 32', 'family'],
    ['maxAge <= 32', 'woman family'],
    // confidence is the highest
    ['confidence > 0.99', 'woman family'],
    ['width > height', 'woman family empty'],
    ['width * height >= 1600 * 900', 'woman family empty'],
    ['status == "failed"', 'broken'],
    ["status != 'failed'", 'woman family empty'],
    ['"ok" == status', 'woman family empty'],
    ['code == "truncated"', 'broken'],
    ['code == ""', 'woman family empty'],
    ['code != "TRUNCATED"', 'woman family empty'],
    // faces
    ['any(gender == "Male")', 'family'],
    ['any(gender == "male")', 'family'],
    ['any(gender != "Female")', 'family'],
    ['any(age == "(8-12)")', 'family'],
    ['any(maxAge < 18)', 'family'],
    ['any(minAge >= 25 && maxAge <= 32)', 'woman family'],
    ['any(confidence < 0.7)', 'family'],
    ['any(genderConfidence == 0.94)', 'woman family'],
    ['any(x == 812 && y == 640 && w == 410 && h == 502)', 'woman family'],
    ['any(w > width / 4)', 'woman family'],
    ['any(faces == 2)', 'family'],
    ['all(minAge > 18)', 'woman empty broken'],
    ['faces > 0 && all(minAge > 18)', 'woman'],
    ['count(minAge < 18) == 1', 'family'],
    ['count(true) == faces', 'woman family empty broken'],
    ['any(true)', 'woman family'],
    ['all(false)', 'empty broken'],
    // inside, the names of the face hide the picture's
    ['any(minAge != 8)', 'woman family'],
    ['all(confidence > 0.9)', 'woman empty broken'],
    // operators and precedence
    ['1 + 2 * 3 == 7 && (1 + 2) * 3 == 9', 'woman family empty broken'],
    ['7 % 4 == 3 && 7 - 2 - 1 == 4 && 8 / 4 / 2 == 1', 'woman family empty broken'],
    ['-1 < +1 && - -1 == 1', 'woman family empty broken'],
    ['true || true && false', 'woman family empty broken'],
    ['!(faces > 0)', 'empty broken'],
    ['-faces == -1', 'woman'],
    ['(faces > 0) == (width > 0)', 'woman family broken'],
    ['(faces > 0) != (width > 0)', 'empty'],
    ['faces > .5 && faces < 1.5e0', 'woman'],
    ['\t faces\n>\r1 ', 'family'],
  ])('%s: %s', (source, expected) => {
    expect(matching(source)).toBe(expected);
  });
});

describe('absent values', () => {
  it.each(['<', '<=', '==', '!=', '>', '>='])('compare false with %s', (operator) => {
    expect(matching(`faces == 0 && (minAge ${operator} 25 || 25 ${operator} maxAge)`)).toBe('');
    expect(matching(`faces == 0 && (confidence ${operator} confidence)`)).toBe('');
    expect(matching(`status == "failed" && (width ${operator} 0 || height ${operator} 0)`)).toBe('');
    expect(matching(`any(gender == "Male" && ageYears ${operator} 10)`)).toBe('');
    expect(matching(`any(gender == "Female" && ageConfidence ${operator} 0.5)`)).toBe('');
    expect(matching(`faces == 0 && (males / faces ${operator} 0.5 || 1 / faces ${operator} 0.5)`)).toBe('');
    expect(matching(`faces == 0 && 1 % faces ${operator} 0.5`)).toBe('');
  });

  it('that are texts are neither equal to anything nor different from it', () => {
    // Every pack gives a gender today; other labels need not be given.
    const record = { status: 'ok', width: 1, height: 1, faces: [{}] } as unknown as PictureFacts;
    expect(compileExpression('any(gender == "Male")', '--where')(record)).toBe(false);
    expect(compileExpression('any("Male" != gender)', '--where')(record)).toBe(false);
    expect(compileExpression('any(!(gender == "Male"))', '--where')(record)).toBe(true);
  });

  it('spread through arithmetic, and not() makes them true', () => {
    expect(matching('minAge + 1 > 0 || -minAge < 0')).toBe('woman family');
    expect(matching('!(minAge >= 18)')).toBe('family empty broken');
    expect(matching('minAge < 18')).toBe('family');
  });
});
