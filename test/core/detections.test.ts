import { describe, expect, it } from 'vitest';
import { compareDetections, dropOutside, suppressOverlaps } from '../../src/core/detections.js';
import type { Detection } from '../../src/types.js';

const face = (confidence: number, x1: number, y1 = 0, side = 10): Detection => ({
  confidence,
  box: { x1, y1, x2: x1 + side, y2: y1 + side },
});

it('orders by confidence, then from the left, then from the top', () => {
  const [sure, left, upper, lower] = [face(0.9, 50), face(0.8, 10, 90), face(0.8, 30, 1), face(0.8, 30, 2)];
  expect([lower, upper, left, sure].sort(compareDetections)).toEqual([sure, left, upper, lower]);
});

describe('suppressOverlaps', () => {
  it('keeps the most confident of boxes over one face', () => {
    expect(suppressOverlaps([face(0.7, 1), face(0.9, 0), face(0.8, 2)], 0.5)).toEqual([face(0.9, 0)]);
  });

  it('keeps faces side by side', () => {
    expect(suppressOverlaps([face(0.7, 20), face(0.9, 0)], 0.5)).toEqual([face(0.9, 0), face(0.7, 20)]);
  });

  it('does not let a dropped box drop others', () => {
    // Each overlaps its neighbour by 9/11, the outer two by 3/17.
    const chain = [face(0.9, 0), face(0.8, 3), face(0.7, 7)];
    expect(suppressOverlaps(chain, 0.4)).toEqual([face(0.9, 0), face(0.7, 7)]);
  });

  it('keeps an overlap of exactly the limit', () => {
    const half = { confidence: 0.5, box: { x1: 0, y1: 0, x2: 10, y2: 5 } };
    expect(suppressOverlaps([face(0.9, 0), half], 0.5)).toHaveLength(2);
  });

  it('gives the same for any order of equals', () => {
    const equals = [face(0.8, 1), face(0.8, 0), face(0.8, 2)];
    expect(suppressOverlaps(equals, 0.5)).toEqual(suppressOverlaps(equals.toReversed(), 0.5));
  });
});

it('dropOutside drops what leaves the picture for more than its share', () => {
  const inside = face(0.9, 0);
  const fifthOut = face(0.8, 92);
  const moreOut = face(0.7, 93);
  const picture = { width: 100, height: 100 };
  expect(dropOutside([inside, fifthOut, moreOut], picture, 0.8)).toEqual([inside, fifthOut]);
});
