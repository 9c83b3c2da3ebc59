import { describe, expect, it } from 'vitest';
import { decideSkip } from '../../src/core/skip.js';
import { FAILURE_CODES } from '../../src/types.js';
import { failedRecord, okRecord, runKey } from '../records.js';

const rules = { run: runKey, force: false, retryFailed: false };
const stamp = { bytes: 100, mtimeMs: 5000 };

describe('decideSkip', () => {
  const record = okRecord('a.jpg');
  it.each([
    ['no record', undefined, stamp, rules, 'process'],
    ['same size and mtime', record, stamp, rules, 'skip'],
    ['another mtime', record, { bytes: 100, mtimeMs: 5001 }, rules, 'hash'],
    ['another size', record, { bytes: 101, mtimeMs: 5000 }, rules, 'process'],
    ['--force', record, stamp, { ...rules, force: true }, 'process'],
    ['another pack', record, stamp, { ...rules, run: { ...runKey, pack: 'classic' } }, 'process'],
    ['other models', record, stamp, { ...rules, run: { ...runKey, models: 'sha256:00' } }, 'process'],
    ['other settings', record, stamp, { ...rules, run: { ...runKey, settings: 'sha256:00' } }, 'process'],
    ['another precision', record, stamp, { ...rules, run: { ...runKey, precision: 'int8' } }, 'process'],
    ['another engine', record, stamp, { ...rules, run: { ...runKey, engine: 'onnxruntime' } }, 'process'],
  ] as const)('%s', (_, stored, source, given, decision) => {
    expect(decideSkip(stored, 5000, source, given)).toBe(decision);
  });

  it.each(['TIMEOUT', 'CRASHED'] as const)('%s twice in a row is kept until asked for', (code) => {
    const failed = failedRecord('a.jpg', code);
    const twice = {
      ...failed,
      error: { stage: 'decode', message: '', ...failed.error, code, attempts: 2 } as const,
    };
    expect(decideSkip(twice, 5000, stamp, rules)).toBe('skip');
    expect(decideSkip(twice, 5000, { bytes: 101, mtimeMs: 5000 }, rules)).toBe('process');
    expect(decideSkip(twice, 5000, stamp, { ...rules, retryFailed: true })).toBe('process');
    expect(decideSkip(failed, 5000, stamp, rules)).toBe('process');
  });

  it.each([
    ['HEIC files cannot be decoded', 'process'],
    ['BMP files cannot be decoded', 'process'],
    ['PDF files cannot be decoded', 'skip'],
  ])('looks again at what was refused before its format could be read: %s', (message, decision) => {
    const failed = failedRecord('a.heic', 'UNSUPPORTED_FORMAT');
    const refused = { ...failed, error: { stage: 'decode', code: 'UNSUPPORTED_FORMAT', message } as const };
    expect(decideSkip(refused, 5000, stamp, rules)).toBe(decision);
  });

  const kept = ['EMPTY_FILE', 'NOT_AN_IMAGE', 'UNSUPPORTED_FORMAT', 'TRUNCATED', 'CORRUPT'];
  it.each(FAILURE_CODES.map((code) => [code, kept.includes(code) ? 'skip' : 'process'] as const))(
    'a picture that failed with %s: %s',
    (code, decision) => {
      expect(decideSkip(failedRecord('a.jpg', code), 5000, stamp, rules)).toBe(decision);
      expect(decideSkip(failedRecord('a.jpg', code), 5000, stamp, { ...rules, retryFailed: true })).toBe(
        'process',
      );
    },
  );
});
