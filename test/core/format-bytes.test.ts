import { describe, expect, it } from 'vitest';
import { formatBytes } from '../../src/core/format-bytes.js';

describe('formatBytes', () => {
  it.each([
    [0, '0 bytes'],
    [999, '999 bytes'],
    [1000, '1.0 kB'],
    [34_911, '34.9 kB'],
    [45_661_480, '45.7 MB'],
    [110_050_567, '110 MB'],
    [999_960, '1.0 MB'],
    [3_000_000_000, '3.0 GB'],
  ])('%d', (bytes, expected) => {
    expect(formatBytes(bytes)).toBe(expected);
  });
});
