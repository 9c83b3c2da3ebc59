import { describe, expect, it } from 'vitest';
import { parseNewerThan } from '../../src/core/newer-than.js';

const NOW = Date.UTC(2024, 4, 10, 12);
const HOUR = 3_600_000;
const mtimes: Record<string, number> = { 'last-run': 123_456, './7d': 7, '2024-13-01': 13, '-1d': 1 };
const parse = (value: string): number => parseNewerThan(value, NOW, (file) => mtimes[file]);

describe('parseNewerThan', () => {
  it.each([
    ['24h', NOW - 24 * HOUR],
    ['7d', NOW - 7 * 24 * HOUR],
    ['30m', NOW - HOUR / 2],
    ['2w', NOW - 14 * 24 * HOUR],
    ['90s', NOW - 90_000],
    ['1.5h', NOW - 1.5 * HOUR],
    ['0d', NOW],
  ])('counts %s back from now', (value, expected) => {
    expect(parse(value)).toBe(expected);
  });

  it.each([
    ['2024-05-01', new Date(2024, 4, 1).getTime()],
    ['2024-02-29', new Date(2024, 1, 29).getTime()],
    ['2024-05-01T18:30', new Date(2024, 4, 1, 18, 30).getTime()],
    ['2024-05-01 18:30:15', new Date(2024, 4, 1, 18, 30, 15).getTime()],
    ['2024-05-01T18:30Z', Date.UTC(2024, 4, 1, 18, 30)],
    ['2024-05-01T18:30:00.5+02:00', Date.UTC(2024, 4, 1, 16, 30, 0, 500)],
  ])('reads the date %s', (value, expected) => {
    expect(parse(value)).toBe(expected);
  });

  it.each(Object.entries(mtimes))('takes the modification time of the file %s', (value, expected) => {
    expect(parse(value)).toBe(expected);
  });

  it.each([
    '',
    'yesterday',
    '24',
    'h',
    '24 h',
    '-24h',
    '2024-02-30',
    '2023-02-29',
    '2024-05-01T25:00',
    '2024-5-1',
    '10y',
  ])('refuses %j', (value) => {
    expect(() => parse(value)).toThrow(
      `Expected a duration (24h, 7d), a date (2024-05-01) or an existing file for --newer-than, received ${JSON.stringify(value)}`,
    );
  });
});
