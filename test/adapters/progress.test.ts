import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createProgress } from '../../src/adapters/progress.js';
import type { ProgressOptions } from '../../src/adapters/progress.js';
import type { RunEvent } from '../../src/core/events.js';
import { FakeStream } from './fake-stream.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const state = { done: 10, skipped: 0, faces: 14, failed: 1, retried: 0 };

async function listen(options: Partial<ProgressOptions> & { isTerminal: boolean }) {
  const stream = new FakeStream(options.isTerminal);
  const events: RunEvent[] = [];
  const log = { emit: (event: RunEvent) => events.push(event) };
  const progress = await createProgress({
    enabled: true,
    stream,
    format: 'text',
    log,
    now: () => Date.now(),
    terminal: 'xterm',
    ...options,
  });
  return { stream, events, progress };
}

describe('where no bar can be drawn', () => {
  it.each([
    ['a pipe', { isTerminal: false }],
    ['json on a terminal', { isTerminal: true, format: 'json' }],
    ['a dumb terminal', { isTerminal: true, terminal: 'dumb' }],
  ] as const)('%s gets an event every 30 s', async (_, options) => {
    const { stream, events, progress } = await listen(options);
    progress.start(40);
    vi.advanceTimersByTime(10_000);
    progress.update(state);
    vi.advanceTimersByTime(19_999);
    expect(events).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(events).toEqual([
      { event: 'progress', total: 40, ...state, picturesPerSecond: 0.3, etaSeconds: 90 },
    ]);
    vi.advanceTimersByTime(30_000);
    expect(events).toHaveLength(2);
    progress.stop();
    progress.stop();
    vi.advanceTimersByTime(60_000);
    expect(events).toHaveLength(2);
    expect(stream.text).toBe('');
  });
});

describe('the bar on a terminal', () => {
  it('shows counts, rate and time left, and is wiped at the end', async () => {
    const { stream, events, progress } = await listen({ isTerminal: true });
    progress.start(40);
    vi.advanceTimersByTime(10_000);
    progress.update(state);
    vi.advanceTimersByTime(200);
    expect(stream.text).toContain(`] 10/40 pictures, 25 %, 1.0/s, 31 s left, 14 faces, 1 failed`);
    const before = stream.text.length;
    progress.stop();
    // eslint-disable-next-line no-control-regex -- cursor to the first column, screen below it wiped
    expect(stream.text.slice(before)).toMatch(/\u001b\[1G\u001b\[0J$/);
    const after = stream.text;
    progress.stop();
    vi.advanceTimersByTime(1000);
    expect(stream.text).toBe(after);
    expect(events).toEqual([]);
  });

  it('counts what is unchanged, and leaves it out of the rate and of the time left', async () => {
    const { stream, progress } = await listen({ isTerminal: true });
    progress.start(2000);
    progress.update({ ...state, done: 1000, skipped: 1000 });
    for (let s = 1; s <= 30; s++) {
      vi.advanceTimersByTime(1000);
      progress.update({ ...state, done: 1000 + s * 3, skipped: 1000 });
    }
    vi.advanceTimersByTime(200);
    expect(stream.text).toContain('1027/2000 pictures, 51 %, 14 faces, 1 failed, 1000 unchanged');
    expect(stream.text).toContain('1090/2000 pictures, 54 %, 3.0/s, 5 min 5 s left, 14 faces');
    progress.stop();
  });

  it('is one line at each start, and leaves no listeners behind', async () => {
    const warned = vi.spyOn(process, 'emitWarning');
    const { stream, progress } = await listen({ isTerminal: true });
    for (let round = 1; round <= 20; round++) {
      const before = stream.text.length;
      progress.start(round);
      vi.advanceTimersByTime(1000);
      const drawn = stream.text.slice(before);
      progress.stop();
      expect(drawn).toContain(`0/${round} pictures`);
      expect(drawn).not.toContain('\n');
      expect(stream.text.slice(before)).not.toContain(`0/${round - 1} pictures`);
    }
    expect(warned).not.toHaveBeenCalled();
  });

  it('comes back under a line of the log and neither jumps nor changes the terminal', async () => {
    const { stream, progress } = await listen({ isTerminal: true });
    progress.start(40);
    stream.write('LINE\n');
    vi.advanceTimersByTime(200);
    expect(stream.text.split('LINE\n')[1]).toContain('0/40 pictures');
    progress.stop();
    // cursor save and restore, line wrapping, cursor visibility
    // eslint-disable-next-line no-control-regex
    expect(stream.text).not.toMatch(/\u001b(7|8|\[\?7|\[\?25)/);
  });

  it.each([
    [120, '[========                      ] 10/40 pictures, 25 %, 1.0/s, 30 s left, 14 faces, 1 failed'],
    [80, '[=====             ] 10/40 pictures, 25 %, 1.0/s, 30 s left, 14 faces, 1 failed'],
    [68, '10/40 pictures, 25 %, 1.0/s, 30 s left, 14 faces, 1 failed'],
    [30, '10/40 pictures, 25 %, 1.0/s, 3'],
  ])('fits a window of %i columns', async (columns, line) => {
    const stream = new FakeStream(true, columns);
    const { progress } = await listen({ isTerminal: true, stream });
    progress.start(40);
    vi.advanceTimersByTime(9800);
    progress.update(state);
    vi.advanceTimersByTime(200);
    // eslint-disable-next-line no-control-regex -- what moves the cursor and wipes
    const drawn = stream.text.split(/\u001b\[[0-9]*[A-Z]/).filter((part) => part !== '');
    expect(drawn.at(-1)).toBe(line);
    expect(Math.max(...drawn.map((part) => part.length))).toBeLessThanOrEqual(columns);
    progress.stop();
  });

  it.each([true, false])('is silent when switched off, terminal %s', async (isTerminal) => {
    const { stream, events, progress } = await listen({ isTerminal, enabled: false });
    progress.start(40);
    progress.update(state);
    vi.advanceTimersByTime(60_000);
    progress.stop();
    expect(stream.text).toBe('');
    expect(events).toEqual([]);
  });
});
