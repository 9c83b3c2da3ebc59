import { describe, expect, it } from 'vitest';
import { barSize, formatDuration, formatProgress, toProgress } from '../../src/core/progress-line.js';
import { RateMeter } from '../../src/core/rate-meter.js';

const state = { done: 120, skipped: 0, faces: 214, failed: 3, retried: 0 };

describe('the line', () => {
  it.each([
    [400, state, 35.24, '120/400 pictures, 30 %, 35.2/s, 8 s left, 214 faces, 3 failed'],
    [400, state, undefined, '120/400 pictures, 30 %, 214 faces, 3 failed'],
    [400, state, 0, '120/400 pictures, 30 %, 0.0/s, 214 faces, 3 failed'],
    [
      400,
      { ...state, skipped: 7, retried: 2 },
      0.01,
      '120/400 pictures, 30 %, 0.0/s, 7 h 46 min left, 214 faces, 3 failed, 7 unchanged, 2 retried',
    ],
    [1000, { ...state, done: 999 }, 1, '999/1000 pictures, 99 %, 1.0/s, 1 s left, 214 faces, 3 failed'],
    [120, state, 1, '120/120 pictures, 100 %, 1.0/s, 0 s left, 214 faces, 3 failed'],
    [400, { ...state, faces: 1 }, 0, '120/400 pictures, 30 %, 0.0/s, 1 face, 3 failed'],
    [0, { ...state, done: 0 }, 0, '0/0 pictures, 100 %, 0.0/s, 214 faces, 3 failed'],
  ] as const)('of %i pictures %o at %f/s', (total, counts, rate, line) => {
    expect(formatProgress(toProgress(total, counts, rate))).toBe(line);
  });
});

describe('the bar beside 65 columns of text', () => {
  it.each([
    [200, 30],
    [99, 30],
    [98, 29],
    [77, 8],
    [76, 0],
    [0, 0],
  ])('in %i columns has %i', (columns, size) => {
    expect(barSize(65, columns)).toBe(size);
  });
});

describe('durations', () => {
  it.each([
    [0, '0 s'],
    [59.6, '1 min'],
    [200, '3 min 20 s'],
    [3600, '1 h'],
    [7530, '2 h 5 min'],
    [86400, '1 d'],
    [273_600, '3 d 4 h'],
    [-5, '0 s'],
  ])('%f s: %s', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });
});

describe('the line of a video', () => {
  it.each([
    [undefined, '2 min/6 min 40 s of video, 30 %, 214 faces, 3 failed'],
    [35.24, '2 min/6 min 40 s of video, 30 %, 35.2x, 8 s left, 214 faces, 3 failed'],
  ])('at %f seconds a second', (rate, line) => {
    expect(formatProgress(toProgress(400, state, rate, 'second'))).toBe(line);
  });
});

describe('the rate', () => {
  it('is not there for the first ten seconds, nor before anything was done', () => {
    const rate = new RateMeter(0);
    rate.add(9000, 100);
    expect(rate.perSecond(9999)).toBeUndefined();
    expect(rate.perSecond(10_000)).toBe(10);
    expect(new RateMeter(0).perSecond(60_000)).toBeUndefined();
  });

  it('starts behind what is passed over', () => {
    const rate = new RateMeter(0);
    for (let s = 1; s <= 60; s++) rate.add(s * 1000, 0);
    expect(rate.perSecond(60_000)).toBeUndefined();
    for (let s = 61; s <= 80; s++) rate.add(s * 1000, (s - 60) * 3);
    expect(rate.perSecond(69_000)).toBeUndefined();
    expect(rate.perSecond(80_000)).toBe(3);
  });

  it('is that of the last three minutes', () => {
    const rate = new RateMeter(0);
    for (let s = 1; s <= 600; s++) rate.add(s * 1000, s * 10);
    expect(rate.perSecond(600_000)).toBe(10);
    for (let s = 601; s <= 780; s++) rate.add(s * 1000, 6000 + s - 600);
    expect(rate.perSecond(780_000)).toBe(1);
  });

  it('hardly moves while slow and fast pictures take turns', () => {
    const rate = new RateMeter(0);
    const lefts: number[] = [];
    let done = 0;
    for (let s = 1; s <= 900; s++) {
      done += s % 60 < 30 ? 1 : 5;
      rate.add(s * 1000, done);
      if (s >= 180) lefts.push(rate.perSecond(s * 1000) ?? 0);
    }
    expect(Math.max(...lefts) / Math.min(...lefts)).toBeLessThan(1.1);
  });

  it('falls while nothing is finished', () => {
    const rate = new RateMeter(0);
    rate.add(10_000, 100);
    expect(rate.perSecond(10_000)).toBe(10);
    expect(rate.perSecond(20_000)).toBe(5);
  });
});
