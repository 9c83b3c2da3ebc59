import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { showProgress } from '../../bin/setup/progress.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** What stands on a line of a terminal after texts with backspaces. */
function rendered(texts: readonly string[]): string {
  const cells: string[] = [];
  let at = 0;
  for (const letter of texts.join('')) {
    if (letter === '\b') at -= 1;
    else cells[at++] = letter;
  }
  return cells.join('').trimEnd();
}

function stream(isTTY: boolean) {
  const written: string[] = [];
  return { written, isTTY, write: (text: string) => written.push(text) > 0 };
}

describe('a step that takes minutes', () => {
  it('counts in its line on a terminal, and ends it with the time', () => {
    const terminal = stream(true);
    let files = 0;
    const end = showProgress(() => `${files} of 42 files`, terminal);
    for (const [count, shown] of [
      [9, '9 of 42 files'],
      [10, '10 of 42 files'],
      [8, '8 of 42 files'],
    ] as const) {
      files = count;
      vi.advanceTimersByTime(1000);
      expect(rendered(terminal.written)).toBe(shown);
    }
    end('61.0 s');
    expect(rendered(terminal.written)).toBe('61.0 s');
    const { length } = terminal.written;
    vi.advanceTimersByTime(5000);
    expect(terminal.written).toHaveLength(length);
  });

  it('counts in lines of their own elsewhere, twice a minute', () => {
    const log = stream(false);
    const end = showProgress(() => '9 of 42 files', log);
    vi.advanceTimersByTime(60_000);
    end('61.0 s');
    expect(log.written.join('')).toBe(
      '\nfacetag set-up: 9 of 42 files\nfacetag set-up: 9 of 42 files\nfacetag set-up: 61.0 s\n',
    );
  });

  it('ends its own line where it was quick', () => {
    const log = stream(false);
    const end = showProgress(() => '', log);
    vi.advanceTimersByTime(20_000);
    end('20.0 s');
    expect(log.written.join('')).toBe('20.0 s\n');
  });
});
