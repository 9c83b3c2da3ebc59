import { describe, expect, it } from 'vitest';
import { annotatedPath, pictureOfRecord, recordPath } from '../../src/core/output-paths.js';

describe('output paths', () => {
  it.each([
    ['a.jpg', 'json/a.jpg.json', 'annotated/a.jpg'],
    ['2024/may/a.jpg', 'json/2024/may/a.jpg.json', 'annotated/2024/may/a.jpg'],
    ['a..b/...jpg', 'json/a..b/...jpg.json', 'annotated/a..b/...jpg'],
    ['.hidden/..jpg', 'json/.hidden/..jpg.json', 'annotated/.hidden/..jpg'],
    ['a\nb\\c/ .jpg', 'json/a\nb\\c/ .jpg.json', 'annotated/a\nb\\c/ .jpg'],
    ['x.json', 'json/x.json.json', 'annotated/x.json'],
  ])('mirror %j', (relativePath, record, annotated) => {
    expect(recordPath(relativePath)).toBe(record);
    expect(annotatedPath(relativePath)).toBe(annotated);
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
    expect(() => annotatedPath(relativePath)).toThrow('would leave the output folder');
  });

  it.each(['a.jpg', '.json', 'x/..json', '.facetag-1-2.tmp'])('%s is no record', (file) => {
    expect(pictureOfRecord(file)).toBeUndefined();
  });
});
