import { describe, expect, it } from 'vitest';
import {
  copyFiles,
  copyFormat,
  formatCopyStyles,
  parseCopyStyles,
  stylesOf,
  wantedKinds,
  type CopyDrawing,
} from '../../src/core/copies.js';

const ALL: CopyDrawing = {
  annotated: {},
  blurred: { style: 'blur', where: 'maxAge <= 12' },
  crops: { padding: 0.25, size: 128 },
};

describe('copies', () => {
  it.each([
    ['annotated', ['annotated/a.jpg']],
    ['blurred', ['blurred/a.jpg']],
    ['crops', ['crops/a.jpg/0.jpg', 'crops/a.jpg/1.jpg']],
  ] as const)('of kind %s of a picture with two faces are %j', (kind, files) => {
    expect(copyFiles(kind, 'a.jpg', 2)).toEqual(files);
  });

  it.each([
    ['a.png', 'png', 'png'],
    ['a.jpg', 'webp', 'webp'],
    ['a.heic', 'heic', 'jpeg'],
    ['a.jpg', 'heic', 'jpeg'],
    ['a.bmp', 'bmp', 'jpeg'],
    ['a.heic', 'png', 'jpeg'],
  ] as const)('of %s, in truth a %s, are written as %s', (image, format, written) => {
    expect(copyFormat('blurred', image, format)).toBe(written);
  });

  it('have the same style only when they are drawn alike', () => {
    expect(stylesOf(ALL)).toEqual({ blurred: 'blur where maxAge <= 12', crops: 'padding 0.25, size 128' });
    expect(stylesOf({ blurred: { style: 'pixelate' } })).toEqual({ blurred: 'pixelate' });
    expect(wantedKinds(ALL)).toEqual(['crops', 'blurred', 'annotated']);
    expect(wantedKinds({})).toEqual([]);
  });

  it('remember their styles in a file, and believe nothing else', () => {
    expect(parseCopyStyles(formatCopyStyles(stylesOf(ALL)))).toEqual(stylesOf(ALL));
    for (const text of ['', '[1]', '"x"', 'null', '{"blurred":1}', '{"other":"x"}'])
      expect(parseCopyStyles(text)).toBeUndefined();
  });
});
