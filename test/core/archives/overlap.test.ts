import { describe, expect, it } from 'vitest';
import { Spans } from '../../../src/core/archives/overlap.js';

describe('spans of a file', () => {
  it.each<[string, [start: number, bytes: number][], boolean]>([
    ['none', [], false],
    [
      'side by side',
      [
        [0, 5],
        [5, 4],
      ],
      false,
    ],
    [
      'in any order',
      [
        [20, 10],
        [0, 5],
        [7, 13],
      ],
      false,
    ],
    [
      'sharing a byte',
      [
        [5, 4],
        [0, 6],
      ],
      true,
    ],
    [
      'one within another',
      [
        [0, 9],
        [20, 10],
        [2, 1],
      ],
      true,
    ],
    [
      'the same',
      [
        [3, 1],
        [3, 1],
      ],
      true,
    ],
  ])('%s overlap: %j is %s', (_, parts, overlap) => {
    const spans = new Spans();
    for (const [start, bytes] of parts) spans.add(start, bytes);
    expect(spans.overlap()).toBe(overlap);
  });
});
