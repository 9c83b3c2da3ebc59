import { describe, expect, it } from 'vitest';
import { anyOverlap } from '../../../src/core/archives/overlap.js';

describe('spans of a file', () => {
  it.each<[string, [number, number][], boolean]>([
    ['none', [], false],
    [
      'side by side',
      [
        [0, 5],
        [5, 9],
      ],
      false,
    ],
    [
      'in any order',
      [
        [20, 30],
        [0, 5],
        [7, 20],
      ],
      false,
    ],
    [
      'sharing a byte',
      [
        [5, 9],
        [0, 6],
      ],
      true,
    ],
    [
      'one within another',
      [
        [0, 9],
        [20, 30],
        [2, 3],
      ],
      true,
    ],
    [
      'the same',
      [
        [3, 4],
        [3, 4],
      ],
      true,
    ],
  ])('%s overlap: %j is %s', (_, spans, overlap) => {
    expect(anyOverlap(spans.map(([start, end]) => ({ start, end })))).toBe(overlap);
  });
});
