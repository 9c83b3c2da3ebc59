import { describe, expect, it } from 'vitest';
import { escapeName } from '../../src/core/escape-name.js';
import { unescapeText } from '../../src/core/escaped-text.js';

describe('the name of a picture', () => {
  it.each([
    ['a.jpg', 'a.jpg'],
    ['ü/日本.jpg', 'ü/日本.jpg'],
    ['back\\slash.jpg', 'back\\slash.jpg'],
    ['\\x.jpg', '\\x.jpg'],
    ['\\xFF.jpg', '\\xFF.jpg'],
    ['\\xff.jpg', '\\x5cxff.jpg'],
    ['\\x5cxff.jpg', '\\x5cx5cxff.jpg'],
    ['\\\\xff.jpg', '\\\\x5cxff.jpg'],
  ])('for the file %j is %j, which gives it back', (file, name) => {
    expect(escapeName(Buffer.from(file))).toBe(name);
    expect(unescapeText(name)).toBe(file);
  });

  it('for a file whose name is not UTF-8 stands for no file', () => {
    expect(escapeName(Buffer.from('caf\xe9.jpg', 'latin1'))).toBe('caf\\xe9.jpg');
    expect(unescapeText('caf\\xe9.jpg')).toBe('caf\uFFFD.jpg');
  });

  it('is never that of another: all names of five of these bytes', () => {
    const bytes = [...Buffer.from('\\x5cf'), 0xff];
    const names = new Set<string>();
    for (let number = 0; number < bytes.length ** 5; number += 1) {
      const digits = [1, 6, 36, 216, 1296].map((place) => Math.floor(number / place) % bytes.length);
      names.add(escapeName(Buffer.from(digits.map((digit) => bytes[digit] ?? 0))));
    }
    expect(names.size).toBe(bytes.length ** 5);
  });
});
