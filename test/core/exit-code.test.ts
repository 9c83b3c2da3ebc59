import { describe, expect, it } from 'vitest';
import { exitCodeFor, type RunEnd } from '../../src/core/exit-code.js';

const clean: RunEnd = { fatal: false, signal: undefined, pipeClosed: false, screened: false, failed: 0 };

describe('exitCodeFor', () => {
  it.each<[string, Partial<RunEnd>, number]>([
    ['nothing happened', {}, 0],
    ['the reader closed the pipe', { pipeClosed: true }, 0],
    ['pictures failed', { failed: 3 }, 1],
    ['a rule matched', { screened: true }, 3],
    ['SIGINT', { signal: 'SIGINT' }, 130],
    ['SIGTERM', { signal: 'SIGTERM' }, 143],
    ['could not run', { fatal: true }, 2],
    ['a rule matched and pictures failed', { screened: true, failed: 1 }, 3],
    ['SIGINT and a rule matched', { signal: 'SIGINT', screened: true, failed: 1 }, 130],
    ['SIGTERM and a closed pipe', { signal: 'SIGTERM', pipeClosed: true }, 143],
    ['fatal and everything else', { fatal: true, signal: 'SIGINT', screened: true, failed: 1 }, 2],
    ['a closed pipe and pictures failed', { pipeClosed: true, failed: 1 }, 0],
  ])('%s', (_, end, code) => {
    expect(exitCodeFor({ ...clean, ...end })).toBe(code);
  });
});
