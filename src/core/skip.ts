import type { FailureCode, FileStamp, ImageFailure, RunKey } from '../types.js';
import { HOPELESS_ATTEMPTS } from './attempts.js';
import type { PictureRecord } from './report.js';
import { RUN_KEYS } from './run-key.js';

/** What to do with a picture that may have a record: `hash` means that only its content can tell. */
export type SkipDecision = 'process' | 'hash' | 'skip';

/** Failures of the bytes themselves: the same bytes fail again, so they are kept unless `--retry-failed` asks. */
const CONTENT_FAULTS: ReadonlySet<FailureCode> = new Set<FailureCode>([
  'EMPTY_FILE',
  'NOT_AN_IMAGE',
  'UNSUPPORTED_FORMAT',
  'TRUNCATED',
  'CORRUPT',
]);

export interface SkipRules {
  readonly run: RunKey;
  /** `--force`: redo everything. */
  readonly force: boolean;
  /** `--retry-failed`: redo content faults too. */
  readonly retryFailed: boolean;
}

/**
 * Decides from stamps alone where that is enough. A record file carries its source's mtime, so equal size and mtime
 * mean an unchanged picture; an equal size with another mtime (a fresh copy, a touch) is decided by its hash. Of an object
 * in a store the ETag tells what the mtime tells of a file.
 */
export function decideSkip(
  record: PictureRecord | undefined,
  recordMtimeMs: number | undefined,
  source: FileStamp,
  rules: SkipRules,
): SkipDecision {
  if (!record || rules.force || !sameRun(record.run, rules.run)) return 'process';
  if (record.error && (rules.retryFailed || !isLasting(record.error))) return 'process';
  if (record.source?.bytes !== source.bytes) return 'process';
  const unchanged =
    source.etag === undefined ? recordMtimeMs === source.mtimeMs : record.source.etag === source.etag;
  return unchanged ? 'skip' : 'hash';
}

/** What was said of formats before they could be read: such a picture is worth another look. */
const LEARNT = /^(?:HEIC|HEIF|BMP) files cannot be decoded$/;

/** Two time-outs or crashes in a row are kept too: else one picture would cost every night's run a minute, for ever. */
export function isLasting({ code, message, attempts = 1 }: ImageFailure): boolean {
  if (code === 'UNSUPPORTED_FORMAT' && LEARNT.test(message)) return false;
  return CONTENT_FAULTS.has(code) || attempts >= HOPELESS_ATTEMPTS;
}

/** Whether two results were made by the same pack, model files, settings, engine and precision. */
export function sameRun(a: RunKey, b: RunKey): boolean {
  return RUN_KEYS.every((key) => a[key] === b[key]);
}
