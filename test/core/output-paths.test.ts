import { describe, expect, it } from 'vitest';
import { annotatedPath, recordPath, recordsFolder, relativePathOf } from '../../src/core/output-paths.js';

describe('output paths', () => {
  it.each([
    ['a.jpg', '/out/json/a.jpg.json', '/out/annotated/a.jpg'],
    ['2024/may/a.jpg', '/out/json/2024/may/a.jpg.json', '/out/annotated/2024/may/a.jpg'],
    ['a..b/...jpg', '/out/json/a..b/...jpg.json', '/out/annotated/a..b/...jpg'],
    ['.hidden/..jpg', '/out/json/.hidden/..jpg.json', '/out/annotated/.hidden/..jpg'],
    ['a\nb\\c/ .jpg', '/out/json/a\nb\\c/ .jpg.json', '/out/annotated/a\nb\\c/ .jpg'],
    ['x.json', '/out/json/x.json.json', '/out/annotated/x.json'],
  ])('mirror %j', (relativePath, record, annotated) => {
    expect(recordPath('/out', relativePath)).toBe(record);
    expect(annotatedPath('/out', relativePath)).toBe(annotated);
    expect(relativePathOf('/out', record)).toBe(relativePath);
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
    expect(() => recordPath('/out', relativePath)).toThrow('would leave the output folder');
    expect(() => annotatedPath('/out', relativePath)).toThrow('would leave the output folder');
  });

  it.each([
    '/out/faces.csv',
    '/out/json/a.jpg',
    '/out/json/.json',
    '/out/json/x/..json',
    '/out/json',
    '/out/annotated/a.json',
    '/other/json/a.jpg.json',
  ])('%s is no record', (file) => {
    expect(relativePathOf('/out', file)).toBeUndefined();
  });

  it('records share a folder', () => {
    expect(recordsFolder('/out')).toBe('/out/json');
  });
});
