import { describe, expect, it } from 'vitest';
import { createEventLog } from '../../src/adapters/log.js';
import type { LogOptions } from '../../src/adapters/log.js';
import { FakeStream } from './fake-stream.js';

function logged(options: Partial<LogOptions> & { terminal?: boolean }): string {
  const stream = new FakeStream(options.terminal ?? false);
  const now = (): Date => new Date(0);
  const log = createEventLog({ format: 'text', level: 'info', colour: false, now, ...options, stream });
  log.emit({ event: 'picture-done', image: 'a.jpg', how: 'processed', faces: 1, people: [] });
  log.emit({ event: 'warning', message: 'careful' });
  log.emit({ event: 'screened', image: 'b.jpg' });
  return stream.text;
}

describe('the log', () => {
  it.each([
    [{}, 'warning: careful\nmatches --fail-if b.jpg\n'],
    [{ level: 'error' }, 'matches --fail-if b.jpg\n'],
    [{ level: 'debug' }, 'a.jpg: 1 face\nwarning: careful\nmatches --fail-if b.jpg\n'],
    [{ colour: true }, '\u001b[33mwarning\u001b[39m: careful\n\u001b[31mmatches --fail-if\u001b[39m b.jpg\n'],
    [{ terminal: true }, '\r\u001b[Kwarning: careful\n\r\u001b[Kmatches --fail-if b.jpg\n'],
    [
      { terminal: true, format: 'json', colour: true, level: 'warn' },
      '{"time":"1970-01-01T00:00:00.000Z","level":"warn","event":"warning","message":"careful"}\n' +
        '{"time":"1970-01-01T00:00:00.000Z","level":"error","event":"screened","image":"b.jpg"}\n',
    ],
  ] as const)('with %o', (options, text) => {
    expect(logged(options)).toBe(text);
  });

  it('writes events of pictures that come together in one piece, before any other event, and soon', async () => {
    const stream = new FakeStream(false);
    const now = (): Date => new Date(0);
    const log = createEventLog({ stream, format: 'text', level: 'info', colour: false, now });
    const fail = (image: string): void => {
      const failure = { stage: 'decode', code: 'CORRUPT', message: 'x' } as const;
      log.emit({ event: 'picture-failed', image, ...failure });
    };
    fail('a.jpg');
    fail('b.jpg');
    expect(stream.text).toBe('');
    log.emit({ event: 'warning', message: 'careful' });
    const first = 'failed a.jpg: CORRUPT: x\nfailed b.jpg: CORRUPT: x\nwarning: careful\n';
    expect(stream.text).toBe(first);
    fail('c.jpg');
    await new Promise(setImmediate);
    expect(stream.text).toBe(`${first}failed c.jpg: CORRUPT: x\n`);
  });

  it('goes on when its reader is gone', () => {
    const stream = new FakeStream(false);
    const log = createEventLog({
      stream,
      format: 'text',
      level: 'info',
      colour: false,
      now: () => new Date(0),
    });
    expect(() => stream.emit('error', new Error('EPIPE'))).not.toThrow();
    log.emit({ event: 'warning', message: 'still here' });
    expect(stream.text).toBe('warning: still here\n');
  });
});
