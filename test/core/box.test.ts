import { describe, expect, it } from 'vitest';
import { area, clipBox, growBox, iou, pixelBox, scaleBox, shareInside } from '../../src/core/box.js';
import type { BoundingBox } from '../../src/types.js';

const box = (x1: number, y1: number, x2: number, y2: number): BoundingBox => ({ x1, y1, x2, y2 });

describe('iou', () => {
  it.each([
    ['equal boxes', box(0, 0, 10, 10), box(0, 0, 10, 10), 1],
    ['half of one', box(0, 0, 10, 10), box(0, 0, 10, 5), 0.5],
    ['a corner', box(0, 0, 10, 10), box(5, 5, 15, 15), 25 / 175],
    ['one inside the other', box(0, 0, 10, 10), box(4, 4, 6, 6), 0.04],
    ['a shared edge', box(0, 0, 10, 10), box(10, 0, 20, 10), 0],
    ['boxes apart on both axes', box(0, 0, 10, 10), box(20, 20, 30, 30), 0],
    ['an empty box', box(5, 5, 5, 5), box(0, 0, 10, 10), 0],
    ['two equal empty boxes', box(5, 5, 5, 5), box(5, 5, 5, 5), 0],
  ])('of %s', (_, a, b, expected) => {
    expect(iou(a, b)).toBeCloseTo(expected, 12);
    expect(iou(b, a)).toBeCloseTo(expected, 12);
  });
});

describe('a box at the edge of a picture of 100 x 50', () => {
  it.each([
    ['inside', box(10, 10, 20, 20), box(10, 10, 20, 20), 1],
    ['over the left edge', box(-5, 10, 5, 20), box(0, 10, 5, 20), 0.5],
    ['over the bottom right corner', box(90, 40, 110, 60), box(90, 40, 100, 50), 0.25],
    ['larger than the picture', box(-100, -50, 200, 100), box(0, 0, 100, 50), 1 / 9],
  ])('%s', (_, wanted, clipped, share) => {
    expect(clipBox(wanted, 100, 50)).toEqual(clipped);
    expect(shareInside(wanted, 100, 50)).toBeCloseTo(share, 12);
  });

  it('outside has no area', () => {
    expect(area(clipBox(box(200, 10, 210, 20), 100, 50))).toBe(0);
    expect(shareInside(box(200, 10, 210, 20), 100, 50)).toBe(0);
  });
});

describe('pixelBox', () => {
  it.each([
    ['rounds to the nearest pixel', box(10.4, 10.6, 20.5, 20.4), box(10, 11, 21, 20)],
    ['clips', box(-3, -3, 120, 60), box(0, 0, 100, 50)],
    ['keeps one pixel of a sliver', box(10.1, 10.1, 10.2, 10.2), box(10, 10, 11, 11)],
    ['keeps one pixel at the far edge', box(99.9, 49.8, 130, 70), box(99, 49, 100, 50)],
  ])('%s', (_, wanted, expected) => {
    expect(pixelBox(wanted, 100, 50)).toEqual(expected);
  });
});

it('scaleBox and growBox', () => {
  expect(scaleBox(box(1, 2, 3, 4), 2)).toEqual(box(2, 4, 6, 8));
  expect(growBox(box(10, 10, 20, 30), 0.1)).toEqual(box(9, 8, 21, 32));
  expect(growBox(box(10, 10, 20, 30), 0)).toEqual(box(10, 10, 20, 30));
});
