import { describe, expect, it } from 'vitest';
import { compileExpression } from '../../src/core/expression.js';
import type { PictureFacts } from '../../src/core/expression.js';
import { FatalError } from '../../src/errors.js';
import { FAILURE_CODES } from '../../src/types.js';
import { randomExpression, randomFrom, randomRecord, randomText } from './expression.random.js';

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
};

const photo = (faces: readonly Face[]): PictureFacts => ({ status: 'ok', width: 1600, height: 900, faces });
const records = {
  woman: photo([woman]),
  family: photo([woman, boy]),
  empty: photo([]),
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
    // counts
    ['faces == 0', 'empty broken'],
    ['faces == 2', 'family'],
    ['males > 0 && females > 0', 'family'],
    ['females == 1', 'woman family'],
    ['males / faces >= 0.5', 'family'],
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

  it('spread through arithmetic, and not() makes them true', () => {
    expect(matching('minAge + 1 > 0 || -minAge < 0')).toBe('woman family');
    expect(matching('!(minAge >= 18)')).toBe('family empty broken');
    expect(matching('minAge < 18')).toBe('family');
  });
});

const PICTURE_NAMES = 'faces, males, females, minAge, maxAge, confidence, width, height, status, code';
const NOT_OURS = 'expected names, numbers, quoted texts, comparisons, any(…), all(…) or count(…)';

describe('faults point at the place', () => {
  it('shows the expression and a caret', () => {
    expect(() => compileExpression('any(minAge <)', '--fail-if')).toThrow(
      new FatalError(
        'USAGE',
        [
          'Expected an expression for --fail-if, received "any(minAge <)"',
          '  any(minAge <)',
          '              ^ expected a value here',
        ].join('\n'),
      ),
    );
  });

  it.each([
    // where it is empty or stops short
    ['', 0, 'expected a value here'],
    ['faces >', 7, 'expected a value here'],
    ['faces > 1 &&', 12, 'expected a value here'],
    ['()', 1, 'expected a value here'],
    ['(faces > 1', 10, 'expected ) here'],
    ['any(x > 1', 9, 'expected ) here'],
    ['code == "x', 10, 'expected the closing quote here'],
    // more than one expression
    ['faces 1', 6, 'expected an operator or the end here'],
    ['faces > 1; true', 9, 'expected an operator or the end here'],
    ['faces > 1, true', 9, 'expected an operator or the end here'],
    ['faces > 1)', 9, 'expected an operator or the end here'],
    ['(true, true)', 5, 'expected an operator or the end here'],
    // operators of other languages
    ['faces = 1', 6, 'expected == here'],
    ['faces === 1', 6, 'expected == here'],
    ['faces !== 1', 6, 'expected != here'],
    ['any(gender = "Male")', 11, 'expected == here'],
    ['true & true', 5, 'expected && here'],
    ['true and true', 5, 'expected && here'],
    ['true | true', 5, 'expected || here'],
    ['true OR true', 5, 'expected || here'],
    ['faces ?? 1', 6, 'expected an operator or the end here'],
    ['faces ** 2 > 1', 6, 'expected an operator or the end here'],
    ['faces << 2 > 1', 6, 'expected an operator or the end here'],
    ['~1 > 0', 0, 'expected a value here'],
    ['faces > 1.2.3', 11, 'expected a number such as 18 or 0.5 here'],
    ['faces > 12a', 10, 'expected a number such as 18 or 0.5 here'],
    ['faces > 1e', 10, 'expected a number such as 18 or 0.5 here'],
    // names
    ['male > 1', 0, `expected one of ${PICTURE_NAMES}`],
    ['true && this == 1', 8, `expected one of ${PICTURE_NAMES}`],
    ['null == 1', 0, `expected one of ${PICTURE_NAMES}`],
    ['undefined == 1', 0, `expected one of ${PICTURE_NAMES}`],
    ['1 < constructor', 4, `expected one of ${PICTURE_NAMES}`],
    ['1 < __proto__', 4, `expected one of ${PICTURE_NAMES}`],
    ['any', 0, `expected one of ${PICTURE_NAMES}`],
    ['gender == "Male"', 0, 'gender belongs to a face: any(gender …), all(gender …)'],
    // types
    ['faces', 0, 'expected a condition, such as faces > 0, found a number'],
    ['status', 0, 'expected a condition, such as faces > 0, found a text'],
    ['"yes"', 0, 'expected a condition, such as faces > 0, found a quoted text'],
    ['true && faces', 8, 'expected a condition, such as faces > 0, found a number'],
    ['!faces', 1, 'expected a condition, such as faces > 0, found a number'],
    ['any(minAge)', 4, 'expected a condition, such as faces > 0, found a number'],
    ['faces > "3"', 8, 'expected a number here, found a quoted text'],
    ['"3" < faces', 0, 'expected a number here, found a quoted text'],
    ['status > "failed"', 0, 'expected a number here, found a text'],
    ['faces == true', 9, 'expected a number here, found a condition'],
    ['true == faces', 8, 'expected a condition here, found a number'],
    ['0 < faces < 3', 0, 'expected a number here, found a condition'],
    ['(1 + faces) < (2 < 3)', 14, 'expected a number here, found a condition'],
    ['status + 1 > 2', 0, 'expected a number here, found a text'],
    ['-status > 2', 1, 'expected a number here, found a text'],
    ['status == status', 10, 'expected a quoted text here, found a text'],
    ['"a" == "a"', 0, 'a quoted text goes with gender, age, status or code'],
    ['any(gender == "femal")', 14, 'expected one of "Male" "Female"'],
    ['status == "OKAY"', 10, 'expected one of "ok" "failed"'],
    // calls
    ['any()', 0, 'expected one condition: any(minAge >= 25)'],
    ['all(x > 1, y > 1)', 11, 'expected one condition: all(minAge >= 25)'],
    ['count(x > 1 y > 1) > 0', 12, 'expected one condition: count(minAge >= 25)'],
    ['any(all(x > 1))', 4, 'all(…) looks at one face already here'],
    ['toString()', 0, 'expected any(…), all(…) or count(…)'],
    ['1 < eval("1")', 4, 'expected any(…), all(…) or count(…)'],
    ['any(x > 1)(1)', 0, 'expected any(…), all(…) or count(…)'],
    // everything else that JavaScript has
    ['faces.length > 0', 0, NOT_OURS],
    ['faces[0] > 0', 0, NOT_OURS],
    ['faces?.x', 0, NOT_OURS],
    ['[faces]', 0, NOT_OURS],
    ['true ? true : false', 0, NOT_OURS],
    ['"a".length > 0', 0, NOT_OURS],
    ['new Date()', 4, 'expected an operator or the end here'],
    ['`x`', 0, 'expected a value here'],
    ['faces > 1 // why', 11, 'expected a value here'],
  ])('%s', (source, column, hint) => {
    expect(fault(source)).toEqual([`  ${source}`, `${' '.repeat(column + 2)}^ ${hint}`]);
  });

  it('shows only the surroundings of the place in a long expression', () => {
    const source = `${'faces > 1 || '.repeat(20)}bad > 1${' || faces > 1'.repeat(20)}`;
    const [line = '', caret = ''] = fault(source);
    expect(line.length).toBeLessThan(80);
    expect(line.slice(caret.indexOf('^'))).toMatch(/^bad > 1/);
    expect(usage(source).message.split('\n')[0]?.length).toBeLessThan(150);
  });

  it('keeps escape sequences and line breaks off the terminal', () => {
    expect(fault('faces >\u001b[31m\n\u202e ?')).toEqual([
      '  faces >·[31m·· ?',
      '         ^ expected a value here',
    ]);
  });

  it.each([
    ['a megabyte of one name', 'x'.repeat(1e6), 'expected at most 2000 characters'],
    ['a megabyte of parentheses', '('.repeat(1e6), 'expected at most 2000 characters'],
    ['deep parentheses', '('.repeat(500) + 'true' + ')'.repeat(500), 'nested more than 100 deep'],
    ['deep negation', '!'.repeat(1900) + 'true', 'nested more than 100 deep'],
    ['deep calls', 'any('.repeat(400), 'nested more than 100 deep'],
    ['deep brackets', '['.repeat(1900), 'nested more than 100 deep'],
    ['deep members', 'faces' + '.x'.repeat(900), NOT_OURS],
  ])('refuses %s', (_, source, hint) => {
    expect(usage(source).message).toContain(hint);
  });

  it('takes the longest chains and the deepest nesting that are allowed', () => {
    for (const source of [
      '1+'.repeat(998) + '1>0',
      'true||'.repeat(332) + 'true',
      '1*('.repeat(98) + '1' + ')'.repeat(98) + '>0',
    ]) {
      expect(compileExpression(source, '--where')(records.empty)).toBe(true);
    }
  });
});

describe('whatever is typed', () => {
  it('is a condition or a usage error, and never throws on a record', () => {
    const random = randomFrom(20_240_601);
    let compiled = 0;
    for (let i = 0; i < 20_000; i++) {
      const holds = attempt(randomText(random));
      if (!holds) continue;
      compiled++;
      expect(typeof holds(randomRecord(random))).toBe('boolean');
    }
    expect(compiled).toBeGreaterThan(50);
  });

  it('that is well formed compiles, means the opposite of its negation', () => {
    const random = randomFrom(7);
    for (let i = 0; i < 3000; i++) {
      const source = randomExpression(random);
      const record = randomRecord(random);
      const holds = compileExpression(source, '--where')(record);
      expect(compileExpression(`!(${source})`, '--where')(record)).toBe(!holds);
      expect(compileExpression(`(${source}) && true || false`, '--where')(record)).toBe(holds);
    }
  });

  it('reads nothing but the record, and does not change it', () => {
    const frozen = Object.freeze({ ...records.family, faces: Object.freeze([Object.freeze(boy)]) });
    const holds = compileExpression(FAILURE_CODES.map((code) => `code != "${code}"`).join(' && '), '--where');
    expect(holds(frozen)).toBe(true);
    expect(({} as Record<string, unknown>)['faces']).toBeUndefined();
  });
});

/** The compiled expression; undefined when it is a usage error; anything else is thrown on. */
function attempt(source: string): ((record: PictureFacts) => boolean) | undefined {
  try {
    return compileExpression(source, '--where');
  } catch (error) {
    expect(error, source).toBeInstanceOf(FatalError);
    expect((error as FatalError).code).toBe('USAGE');
    return undefined;
  }
}

function usage(source: string): FatalError {
  try {
    compileExpression(source, '--where');
  } catch (error) {
    expect(error).toBeInstanceOf(FatalError);
    return error as FatalError;
  }
  throw new Error(`${source} compiled`);
}

/** The line of the expression and the line of the caret. */
function fault(source: string): string[] {
  return usage(source).message.split('\n').slice(1);
}
