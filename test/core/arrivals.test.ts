import { describe, expect, it } from 'vitest';
import { Arrivals } from '../../src/core/arrivals.js';

const SETTLE = 2000;
/** A moment long after the first pictures were written. */
const NOW = 1_000_000;

const file = (image: string, mark = '1', mtimeMs = 0): { image: string; mark: string; mtimeMs: number } => ({
  image,
  mark,
  mtimeMs,
});

describe('the first look', () => {
  it('takes what has been at rest for long, in the given order', () => {
    const arrivals = new Arrivals(SETTLE);
    expect(arrivals.look([file('b'), file('a')], NOW)).toEqual(['b', 'a']);
    expect(arrivals.dueMs).toBeUndefined();
  });

  it('waits for what was written a moment ago', () => {
    const arrivals = new Arrivals(SETTLE);
    expect(arrivals.look([file('a', '1', NOW - 500)], NOW)).toEqual([]);
    expect(arrivals.dueMs).toBe(NOW + 1500);
    expect(arrivals.look([file('a', '1', NOW - 500)], NOW + 1500)).toEqual(['a']);
  });

  it('gives a time in the future no longer than the wait', () => {
    const arrivals = new Arrivals(SETTLE);
    expect(arrivals.look([file('a', '1', NOW + 1e9)], NOW)).toEqual([]);
    expect(arrivals.look([file('a', '1', NOW + 1e9)], NOW + SETTLE)).toEqual(['a']);
  });
});

describe('later looks', () => {
  it('take what is new, once, after it was left alone, whatever its time of writing', () => {
    const arrivals = new Arrivals(SETTLE);
    arrivals.look([file('a')], NOW);
    expect(arrivals.look([file('a'), file('b')], NOW + 10)).toEqual([]);
    expect(arrivals.look([file('a'), file('b')], NOW + 10 + SETTLE)).toEqual(['b']);
    expect(arrivals.look([file('a'), file('b')], NOW + 20 + SETTLE)).toEqual([]);
  });

  it('wait for as long as somebody writes', () => {
    const arrivals = new Arrivals(SETTLE);
    arrivals.look([], NOW);
    for (let at = 0; at < 10 * SETTLE; at += 1000) {
      expect(arrivals.look([file('a', String(at))], NOW + at)).toEqual([]);
    }
    expect(arrivals.look([file('a', '19000')], NOW + 19_000 + SETTLE)).toEqual(['a']);
  });

  it('take what changed', () => {
    const arrivals = new Arrivals(SETTLE);
    arrivals.look([file('a')], NOW);
    arrivals.look([file('a', '2')], NOW + 1000);
    expect(arrivals.look([file('a', '2')], NOW + 1000 + SETTLE)).toEqual(['a']);
  });

  it('take again what comes back after it was gone, and count what goes', () => {
    const arrivals = new Arrivals(SETTLE);
    arrivals.look([file('a'), file('b')], NOW);
    expect(arrivals.gone).toBe(0);
    arrivals.look([file('b')], NOW + 1);
    expect(arrivals.gone).toBe(1);
    arrivals.look([file('b'), file('a')], NOW + 2);
    expect(arrivals.gone).toBe(0);
    expect(arrivals.look([file('b'), file('a')], NOW + 2 + SETTLE)).toEqual(['a']);
  });

  it('take again what was forgotten', () => {
    const arrivals = new Arrivals(SETTLE);
    const seen = [file('a', 'UNREADABLE')];
    arrivals.look(seen, NOW);
    arrivals.look(seen, NOW + SETTLE);
    arrivals.forget(['a']);
    arrivals.look(seen, NOW + SETTLE + 1);
    expect(arrivals.look(seen, NOW + 2 * SETTLE + 1)).toEqual(['a']);
  });

  it('do not wait longer for a clock that was put back', () => {
    const arrivals = new Arrivals(SETTLE);
    arrivals.look([], NOW);
    arrivals.look([file('a')], NOW);
    arrivals.look([file('a')], NOW - 3_600_000);
    expect(arrivals.look([file('a')], NOW - 3_600_000 + SETTLE)).toEqual(['a']);
  });
});
