import { describe, expect, it } from 'vitest';
import { exitCodeFor, type RunEnd } from '../../src/core/exit-code.js';

describe('exitCodeFor', () => {
  it.each<[string, RunEnd, number]>([
    ['nothing happened', {}, 0],
    ['the reader closed the pipe', { pipeClosed: true }, 0],
    ['pictures failed', { failed: 3 }, 1],
    ['pictures failed and may', { failed: 3, allowFailed: true }, 0],
    ['a folder could not be listed', { unlisted: 1, allowFailed: true }, 1],
    ['a rule matched', { screened: true }, 3],
    ['a figure misses its gate', { missed: true }, 3],
    ['SIGINT', { signal: 'SIGINT' }, 130],
    ['SIGTERM', { signal: 'SIGTERM' }, 143],
    ['could not run', { fatal: true }, 2],
    ['could not go on now', { fatal: 'later' }, 75],
    ['could not go on now, and everything else', { fatal: 'later', signal: 'SIGTERM', failed: 1 }, 75],
    ['a rule matched and pictures failed', { screened: true, failed: 1 }, 3],
    ['SIGINT and a rule matched', { signal: 'SIGINT', screened: true, failed: 1 }, 130],
    ['SIGTERM and a closed pipe', { signal: 'SIGTERM', pipeClosed: true }, 143],
    ['SIGTERM where pictures may fail', { signal: 'SIGTERM', failed: 1, allowFailed: true }, 143],
    ['fatal and everything else', { fatal: true, signal: 'SIGINT', screened: true, failed: 1 }, 2],
    ['a closed pipe and pictures failed', { pipeClosed: true, failed: 1 }, 0],
  ])('%s', (_, end, code) => {
    expect(exitCodeFor(end)).toBe(code);
  });
});
