import { describe, expect, it } from 'vitest';
import { nearest } from '../../src/core/nearest.js';

const names = ['merge', 'models', 'doctor', 'setup', 'help', 'tag'];

describe('nearest', () => {
  it.each([
    ['merg', 'merge'],
    ['model', 'models'],
    ['hepl', 'help'],
    ['Doctor', 'doctor'],
    ['stup', 'setup'],
    ['docotr', 'doctor'],
    ['tga', 'tag'],
    ['photos', undefined],
    ['x', undefined],
    ['', undefined],
  ])('%s: %s', (word, name) => {
    expect(nearest(word, names)).toBe(name);
  });

  it('takes the nearest, and of several the first', () => {
    expect(nearest('cats', ['cars', 'cat', 'cots'])).toBe('cars');
    expect(nearest('cats', ['carts', 'cats'])).toBe('cats');
  });
});
