import { describe, expect, it } from 'vitest';
import { commonParent, isWithin, rebase, refuseOutside, relativeTo } from '../../src/core/base-folder.js';

it.each([
  ['/a', '/a', true],
  ['/a', '/a/b', true],
  ['/a', '/ab', false],
  ['/a/b', '/a', false],
  ['/', '/a', true],
  ['/', '/', true],
  ['/a', '/', false],
])('isWithin(%j, %j) is %j', (folder, location, expected) => {
  expect(isWithin(folder, location)).toBe(expected);
});

it.each([
  ['/a/b/c', '/a', '/x', '/x/b/c'],
  ['/a', '/a', '/x', '/x'],
  ['/a/b', '/', '/x', '/x/a/b'],
  ['/a/b', '/a', '/', '/b'],
])('rebase(%j, %j, %j) is %j', (location, from, to, expected) => {
  expect(rebase(location, from, to)).toBe(expected);
});

it.each([
  ['/a', '/a', '.'],
  ['/a', '/a/b', 'b'],
  ['/', '/a/b', 'a/b'],
  ['/', '/', '.'],
])('below %j, %j is %j', (base, location, relative) => {
  expect(relativeTo(base, location)).toBe(relative);
});

describe('the base folder', () => {
  it.each([
    [['/a/b'], '/a/b'],
    [['/a/b', '/a/b/c'], '/a/b'],
    [['/a/b/c', '/a/b'], '/a/b'],
    [['/a/b', '/a/c'], '/a'],
    [['/a/b', '/a/bc'], '/a'],
    [['/a', '/b'], '/'],
    [['/a/b/c', '/a/b/d', '/a/e/f'], '/a'],
    [['/', '/a'], '/'],
  ])('of %j is %j', (folders, expected) => {
    expect(commonParent(folders)).toBe(expected);
  });

  it('is the given one, or an error that names both', () => {
    expect(refuseOutside('/a', [])).toEqual({ base: '/a' });
    expect(() => refuseOutside('/a', ['/ab'])).toThrow(
      'Expected paths inside the base folder "/a" (without --base they would join under a name of their own) for --base, received "/ab"',
    );
  });
});
