import { describe, expect, it } from 'vitest';
import { Tracker } from '../../src/video/tracker.js';
import type { BoundingBox } from '../../src/types.js';

/** A box of 100 pixels a side. */
const at = (x: number, y = 0): BoundingBox => ({ x1: x, y1: y, x2: x + 100, y2: y + 100 });

describe('the tracker', () => {
  it('follows faces whatever their order is', () => {
    const tracker = new Tracker(2);
    expect(tracker.follow(0, [at(0), at(500)], false).ids).toEqual([1, 2]);
    expect(tracker.follow(1, [at(520), at(10)], false).ids).toEqual([2, 1]);
    expect(tracker.follow(2, [at(540), at(20), at(900)], false).ids).toEqual([2, 1, 3]);
  });

  it('takes the pair that overlaps most, each face and each track once', () => {
    const tracker = new Tracker(2);
    tracker.follow(0, [at(0), at(60)], false);
    expect(tracker.follow(1, [at(40), at(50)], false).ids).toEqual([1, 2]);
    expect(tracker.follow(2, [at(44)], false).ids).toEqual([1]);
  });

  it('prefers the older track where two overlap alike', () => {
    const tracker = new Tracker(2);
    tracker.follow(0, [at(0), at(100)], false);
    expect(tracker.follow(1, [at(50)], false).ids).toEqual([1]);
  });

  it('starts anew where boxes hardly overlap', () => {
    const tracker = new Tracker(2);
    tracker.follow(0, [at(0)], false);
    expect(tracker.follow(1, [at(60)], false).ids).toEqual([2]);
    expect(tracker.follow(2, [at(0, 50)], false).ids).toEqual([1]);
  });

  it('waits for a face that was missed, and not for ever', () => {
    const tracker = new Tracker(2);
    tracker.follow(0, [at(0)], false);
    tracker.follow(1, [], false);
    expect(tracker.follow(2, [at(0)], false)).toEqual({ ids: [1], ended: [] });
    expect(tracker.follow(4.1, [at(0)], false)).toEqual({ ids: [2], ended: [1] });
  });

  it('knows nobody after a cut', () => {
    const tracker = new Tracker(2);
    tracker.follow(0, [at(0), at(500)], false);
    expect(tracker.follow(1, [at(0)], true)).toEqual({ ids: [3], ended: [1, 2] });
  });
});
