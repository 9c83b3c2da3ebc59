import { describe, expect, it } from 'vitest';
import {
  annotatedPath,
  copiesFolder,
  pictureOfRecord,
  recordPath,
  recordsFolder,
} from '../../src/core/output-paths.js';

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
    expect(pictureOfRecord(record.slice('/out/json/'.length))).toBe(relativePath);
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

  it.each(['a.jpg', '.json', 'x/..json', '.facetag-1-2.tmp'])('%s is no record', (file) => {
    expect(pictureOfRecord(file)).toBeUndefined();
  });

  it('records share a folder, and so do copies', () => {
    expect(recordsFolder('/out')).toBe('/out/json');
    expect(copiesFolder('/out')).toBe('/out/annotated');
  });
});
