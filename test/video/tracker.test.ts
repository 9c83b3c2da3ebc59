import { describe, expect, it } from 'vitest';
import { Tracker } from '../../src/video/tracker.js';
import type { BoundingBox } from '../../src/types.js';

/** A box of 100 pixels a side. */
const at = (x: number, y = 0): BoundingBox => ({ x1: x, y1: y, x2: x + 100, y2: y + 100 });

describe('the tracker', () => {
  it('follows faces whatever their order is', () => {
    const tracker = new Tracker();
    expect(tracker.follow(0, [at(0), at(500)], false).ids).toEqual([1, 2]);
    expect(tracker.follow(1, [at(520), at(10)], false).ids).toEqual([2, 1]);
    expect(tracker.follow(2, [at(540), at(20), at(900)], false).ids).toEqual([2, 1, 3]);
  });

  it('takes the pair that overlaps most, each face and each track once', () => {
    const tracker = new Tracker();
    tracker.follow(0, [at(0), at(60)], false);
    expect(tracker.follow(1, [at(40), at(50)], false).ids).toEqual([1, 2]);
    expect(tracker.follow(2, [at(44)], false).ids).toEqual([1]);
  });

  it('prefers the older track where two overlap alike', () => {
    const tracker = new Tracker();
    tracker.follow(0, [at(0), at(100)], false);
    expect(tracker.follow(1, [at(50)], false).ids).toEqual([1]);
  });

  it('starts anew where boxes hardly overlap', () => {
    const tracker = new Tracker();
    tracker.follow(0, [at(0)], false);
    expect(tracker.follow(1, [at(60)], false).ids).toEqual([2]);
    expect(tracker.follow(2, [at(0, 50)], false).ids).toEqual([1]);
  });

  it('waits for a face that was missed, and not for ever', () => {
    const tracker = new Tracker();
    tracker.follow(0, [at(0)], false);
    tracker.follow(1, [], false);
    expect(tracker.follow(2, [at(0)], false)).toEqual({ ids: [1], ended: [] });
    tracker.follow(3, [], false);
    tracker.follow(4, [], false);
    expect(tracker.follow(4.1, [at(0)], false)).toEqual({ ids: [2], ended: [1] });
  });

  it('waits two seconds where frames are close, and for one frame without the face where they are not', () => {
    const close = new Tracker();
    close.follow(0, [at(0)], false);
    for (let n = 1; n < 50; n++) close.follow(n / 25, [], false);
    expect(close.follow(2, [at(0)], false).ids).toEqual([1]);
    const apart = new Tracker();
    apart.follow(0, [at(0)], false);
    apart.follow(60, [], false);
    expect(apart.follow(120, [at(0)], false).ids).toEqual([1]);
    apart.follow(180, [], false);
    apart.follow(240, [], false);
    expect(apart.follow(300, [at(0)], false).ids).toEqual([2]);
  });

  it('follows a face that stays however far apart the frames are', () => {
    const tracker = new Tracker();
    for (const time of [0, 5, 10, 11, 12, 600, 601])
      expect(tracker.follow(time, [at(0)], false)).toEqual({ ids: [1], ended: [] });
  });

  it('knows nobody after a cut', () => {
    const tracker = new Tracker();
    tracker.follow(0, [at(0), at(500)], false);
    expect(tracker.follow(1, [at(0)], true)).toEqual({ ids: [3], ended: [1, 2] });
  });
});
