import { describe, expect, it } from 'vitest';
import { copyPath, cropPath, isCropName, pictureOfRecord, recordPath } from '../../src/core/output-paths.js';

describe('output paths', () => {
  it.each([
    ['a.jpg', 'json/a.jpg.json', 'annotated/a.jpg'],
    ['2024/may/a.jpg', 'json/2024/may/a.jpg.json', 'annotated/2024/may/a.jpg'],
    ['a..b/...jpg', 'json/a..b/...jpg.json', 'annotated/a..b/...jpg'],
    ['.hidden/..jpg', 'json/.hidden/..jpg.json', 'annotated/.hidden/..jpg'],
    ['a\nb\\c/ .jpg', 'json/a\nb\\c/ .jpg.json', 'annotated/a\nb\\c/ .jpg'],
    ['x.json', 'json/x.json.json', 'annotated/x.json'],
    ['a.jpg.json/b.jpg', 'json/a.jpg.json.folder/b.jpg.json', 'annotated/a.jpg.json/b.jpg'],
    ['a.JSON/b.jpg', 'json/a.JSON.folder/b.jpg.json', 'annotated/a.JSON/b.jpg'],
    ['a.json.folder/b.jpg', 'json/a.json.folder.folder/b.jpg.json', 'annotated/a.json.folder/b.jpg'],
    ['a.folder/b.jpg', 'json/a.folder/b.jpg.json', 'annotated/a.folder/b.jpg'],
    ['a.jpg/b.jpg', 'json/a.jpg/b.jpg.json', 'annotated/a.jpg.folder/b.jpg'],
    ['a.jpg.folder/b.jpg', 'json/a.jpg.folder/b.jpg.json', 'annotated/a.jpg.folder.folder/b.jpg'],
  ])('mirror %j', (relativePath, record, annotated) => {
    expect(recordPath(relativePath)).toBe(record);
    expect(copyPath('annotated', relativePath)).toBe(annotated);
    expect(pictureOfRecord(record.slice('json/'.length))).toBe(relativePath);
  });

  it.each([
    '',
    '.',
    '..',
    '../a.jpg',
    'a/../../b.jpg',
    'a/..',
    './a.jpg',
    '/etc/a.jpg',
    'a//b.jpg',
    'a/',
    'a\0.jpg',
    'a/.',
  ])('refuse %j', (relativePath) => {
    expect(() => recordPath(relativePath)).toThrow('would leave the output folder');
    expect(() => copyPath('annotated', relativePath)).toThrow('would leave the output folder');
  });

  it.each(['a.jpg', '.json', 'x/..json', 'a.jpg.json/b.jpg.json', '.facetag-1-2.tmp'])(
    '%s is no record',
    (file) => {
      expect(pictureOfRecord(file)).toBeUndefined();
    },
  );
});

describe('outputs of names that lead one below another', () => {
  const segments = ['a', 'a.jpg', 'a.jpg.json', 'a.jpg.json.folder', 'a.heic', 'a.heic.jpg', '0.jpg'];
  const names = segments.flatMap((first) => [
    `${first}.jpg`,
    ...segments.flatMap((second) => [`${first}/${second}.jpg`, `${first}.jpg/${second}.jpg`]),
  ]);

  it.each<[string, (name: string) => string]>([
    ['records', recordPath],
    ['copies', (name) => copyPath('annotated', name)],
    ['crops', (name) => cropPath(name, 0)],
  ])('never meet: %s', (_, pathOf) => {
    const images = [...new Set(names)];
    const files = new Set(images.map(pathOf));
    expect(files.size).toBe(images.length);
    for (const file of files) {
      for (let at = file.lastIndexOf('/'); at > 0; at = file.lastIndexOf('/', at - 1))
        expect(files, file).not.toContain(file.slice(0, at));
    }
  });
});

describe('the names of copies', () => {
  it.each([
    ['a.heic', 'a.heic.jpg'],
    ['sub/A.HEIF', 'sub/A.HEIF.jpg'],
    ['a.hif', 'a.hif.jpg'],
    ['a.bmp', 'a.bmp.jpg'],
    ['a.heic.jpg', 'a.heic.jpg.jpg'],
    ['a.heic.jpg.jpg', 'a.heic.jpg.jpg.jpg'],
    ['a.jpg', 'a.jpg'],
    ['heic', 'heic'],
    ['a.heic.png', 'a.heic.png'],
  ])('%s is copied to %s, so that no two pictures meet', (image, copy) => {
    expect(copyPath('blurred', image)).toBe(`blurred/${copy}`);
  });

  it('number crops by the face in the record', () => {
    expect(cropPath('2024/a.jpg', 12)).toBe('crops/2024/a.jpg/12.jpg');
    expect(['0.jpg', '12.jpg'].every(isCropName)).toBe(true);
    expect(['01.jpg', '0.png', 'a0.jpg', '0.jpg.jpg'].some(isCropName)).toBe(false);
  });
});
