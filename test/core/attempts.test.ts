import { describe, expect, it } from 'vitest';
import { countAttempts, mayPass } from '../../src/core/attempts.js';
import { failedRecord } from '../records.js';

const failure = { stage: 'decode', code: 'TIMEOUT', message: 'Took long' } as const;
const report = { width: 0, height: 0, scale: 0, faces: [], failure };
const source = { bytes: 100, sha256: 'c0ffee' };

describe('countAttempts', () => {
  const before = { ...failedRecord('a.jpg', 'CRASHED'), source };

  it('keeps the first failure as it is and notes the bytes', () => {
    expect(countAttempts(report, failure, source, undefined)).toEqual({ ...report, source });
  });

  it('counts runs in which the same bytes failed, and says what tries them again', () => {
    const second = countAttempts(report, failure, source, before);
    expect(second.failure).toMatchObject({ code: 'TIMEOUT', attempts: 2 });
    expect(second.failure?.message).toMatch(/2 runs.*--retry-failed/);
    const error = { ...failure, attempts: 2 };
    expect(countAttempts(report, failure, source, { ...before, error }).failure?.attempts).toBe(3);
  });

  it('begins again for other bytes and after another outcome', () => {
    const other = { ...before, source: { bytes: 100, sha256: 'cafe' } };
    expect(countAttempts(report, failure, source, other).failure).toEqual(failure);
    const corrupt = { ...failedRecord('a.jpg', 'CORRUPT'), source };
    expect(countAttempts(report, failure, source, corrupt).failure).toEqual(failure);
  });

  it('is for faults that may pass only', () => {
    expect(mayPass(failure)).toBe(true);
    expect(mayPass({ ...failure, code: 'CORRUPT' })).toBe(false);
    expect(mayPass(undefined)).toBe(false);
  });
});
