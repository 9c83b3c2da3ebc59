import { describe, expect, it } from 'vitest';
import { Stems, stemOf } from '../../src/exports/stems.js';

describe('stemOf', () => {
  it.each([
    ['a.jpg', 'a'],
    ['b/a.tar.jpg', 'b/a.tar'],
    ['b.c/a', 'b.c/a'],
    ['.jpg', '.jpg'],
    ['b/.jpg', 'b/.jpg'],
  ])('%s has %s', (image, stem) => {
    expect(stemOf(image)).toBe(stem);
  });
});

describe('Stems', () => {
  const names = (images: readonly string[]): string[] => {
    const sorted = [...images].sort();
    const stems = new Stems(sorted);
    return sorted.map((image) => stems.nameOf(image));
  };

  it.each([
    ['alone', ['a.jpg', 'b.jpg', 'c/a.jpg'], ['a', 'b', 'c/a']],
    ['shared', ['a.jpg', 'a.png', 'b.jpg'], ['a.jpg', 'a.png', 'b']],
    ['shared, with others in between', ['a.jpg', 'a.m/x.jpg', 'a.png'], ['a.jpg', 'a.m/x', 'a.png']],
    ['of a picture without an ending', ['a', 'a.jpg'], ['a', 'a.jpg']],
    ['that is the name of another', ['a.png', 'a.png.jpg'], ['a', 'a.png.jpg']],
    ['in capitals', ['a.JPG', 'a.jpg'], ['a.JPG', 'a.jpg']],
  ])('%s', (_, images, expected) => {
    expect(names(images)).toEqual(expected);
  });

  it('gives no name twice', () => {
    const parts = ['a', 'a.png', 'a.png.jpg', 'a.jpg', 'a.jpg.png', 'a.jpg.jpg', 'a.png.png', 'a.b/c.jpg'];
    for (let set = 1; set < 1 << parts.length; set += 1) {
      const given = names(parts.filter((_, bit) => (set >> bit) % 2 === 1));
      expect(new Set(given).size, given.join(' ')).toBe(given.length);
    }
  });
});
