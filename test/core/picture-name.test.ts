import { expect, it } from 'vitest';
import { isPictureName, unreadExtension } from '../../src/core/picture-name.js';

it.each(
  'a.jpg a.jpeg a.JPG a.Png a.webp a.tif a.tiff a.gif a.avif a.heic a.HEIF a.bmp .jpg a.txt.jpg a.jfif a.JPE a.jif'.split(
    ' ',
  ),
)('%s is a picture', (name) => {
  expect(isPictureName(name)).toBe(true);
});

it.each(['a.txt', 'jpg', 'a.jpgx', 'a.jpg.txt', 'a.jp', 'a.svg', 'a.jpg ', 'a.jpg\n', '', 'ajpg'])(
  '%j is none',
  (name) => {
    expect(isPictureName(name)).toBe(false);
  },
);

it.each([
  ['a.CR2', '.cr2'],
  ['a.b.dng', '.dng'],
  ['clip.MP4', '.mp4'],
  ['x.svg', '.svg'],
  ['a.jpg', undefined],
  ['cr2', undefined],
  ['a.txt', undefined],
])('%s has the extension %s of a file that is not read', (name, extension) => {
  expect(unreadExtension(name)).toBe(extension);
});
