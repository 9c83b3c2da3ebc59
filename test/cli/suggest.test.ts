import { describe, expect, it } from 'vitest';
import { commandMeant } from '../../src/cli/suggest.js';

describe('the command that was meant', () => {
  it.each([
    ['merg x', 'merge'],
    ['model list', 'models list'],
    ['model lst', 'models list'],
    ['modles', 'models'],
    ['model zoo', 'models'],
    ['hepl', 'help'],
    // A file or folder of this name is there.
    ['test', undefined],
    // It was no misspelling that was refused.
    ['doctor', undefined],
    ['photos merge', undefined],
  ])('by %s: %s', (line, meant) => {
    expect(commandMeant(line.split(' '))).toBe(meant);
  });

  it('by nothing: nothing', () => {
    expect(commandMeant([])).toBeUndefined();
  });
});
