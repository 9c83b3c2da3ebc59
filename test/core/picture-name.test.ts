import { expect, it } from 'vitest';
import { isPictureName } from '../../src/core/picture-name.js';

it.each(
  'a.jpg a.jpeg a.JPG a.Png a.webp a.tif a.tiff a.gif a.avif a.heic a.HEIF a.bmp .jpg a.txt.jpg'.split(' '),
)('%s is a picture', (name) => {
  expect(isPictureName(name)).toBe(true);
});

it.each(['a.txt', 'jpg', 'a.jpgx', 'a.jpg.txt', 'a.jp', 'a.svg', 'a.jpg ', 'a.jpg\n', '', 'ajpg'])(
  '%j is none',
  (name) => {
    expect(isPictureName(name)).toBe(false);
  },
);
