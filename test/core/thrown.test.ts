import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { codeOf, hasCode, messageOf } from '../../src/core/thrown.js';

function thrownBy(act: () => unknown): unknown {
  try {
    return act();
  } catch (error) {
    return error;
  }
}

describe('what was thrown', () => {
  it.each([
    ['a system error', thrownBy(() => readFileSync('/nowhere/at/all')), 'ENOENT'],
    ["one of Node's own", thrownBy(() => readFileSync('a\0b')), 'ERR_INVALID_ARG_VALUE'],
    ['a plain error', new Error('broken'), undefined],
    ['a numeric code', Object.assign(new Error('broken'), { code: 7 }), undefined],
    ['no error at all', { code: 'ENOENT' }, undefined],
    ['a string', 'ENOENT', undefined],
  ])('%s has its code', (_, error, code) => {
    expect(codeOf(error)).toBe(code);
    expect(hasCode(error, 'EACCES', 'ENOENT', 'ERR_INVALID_ARG_VALUE')).toBe(code !== undefined);
    expect(hasCode(error, 'EACCES')).toBe(false);
  });

  it.each([
    [new Error('broken'), 'broken'],
    ['OpenCV gives up', 'OpenCV gives up'],
    [undefined, 'undefined'],
  ])('%s has a message', (error, message) => {
    expect(messageOf(error)).toBe(message);
  });
});
