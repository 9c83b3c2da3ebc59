import { describe, expect, it } from 'vitest';
import { compileExpression } from '../../../src/core/expression.js';
import { FatalError } from '../../../src/errors.js';

const PICTURE_NAMES =
  'faces, males, females, minAge, maxAge, confidence, width, height, status, code, warnings';
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
    ['"a" == "a"', 0, 'a quoted text goes with gender, age, expression, status or code'],
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
      expect(compileExpression(source, '--where')({ status: 'ok', width: 1, height: 1, faces: [] })).toBe(
        true,
      );
    }
  });
});

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

describe('what no face of a run has', () => {
  const untold = new Map([['expression', 'ask for it']]);
  it.each(["any(faces > 1 && expression == 'happy')", "count(expression == 'sad') > 1"])('%s', (source) => {
    expect(() => compileExpression(source, '--where')).not.toThrow();
    expect(() => compileExpression(source, '--where', untold)).toThrow(
      '^ no face has it in this run: ask for it',
    );
    expect(() => compileExpression('any(age == "(0-2)")', '--where', untold)).not.toThrow();
  });
});
