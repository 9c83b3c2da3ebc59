import { describe, expect, it } from 'vitest';
import { baseFolder, isWithin, prefixBelow, rebase, relativeTo } from '../../src/core/base-folder.js';

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
  ['/a', '/a', '.', ''],
  ['/a', '/a/b', 'b', 'b/'],
  ['/', '/a/b', 'a/b', 'a/b/'],
  ['/', '/', '.', ''],
])('below %j, %j is %j', (base, location, relative, prefix) => {
  expect(relativeTo(base, location)).toBe(relative);
  expect(prefixBelow(base, location)).toBe(prefix);
});

describe('baseFolder', () => {
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
    expect(baseFolder(undefined, folders)).toBe(expected);
  });

  it('is the given one, or an error that names both', () => {
    expect(baseFolder('/a', ['/a/b', '/a'])).toBe('/a');
    expect(() => baseFolder('/a', ['/a/b', '/ab'])).toThrow(
      'Expected paths inside the base folder "/a" (other pictures go to an output folder of their own: -o <dir>) for --base, received "/ab"',
    );
  });
});
