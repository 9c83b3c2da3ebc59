import type { FailureCode, ImageFailure, ImageReport, SourceIdentity } from '../types.js';
import type { PictureRecord } from './report.js';

/** Failures that another run may not see: a machine under load, a disk that hung. */
const PASSING_FAULTS: ReadonlySet<FailureCode> = new Set<FailureCode>(['TIMEOUT', 'CRASHED']);

/** So many runs in a row that lost a picture to such a fault are no chance any more. */
export const HOPELESS_ATTEMPTS = 2;

/** Whether it is worth knowing which bytes the failure belongs to. */
export function mayPass(failure: ImageFailure | undefined): failure is ImageFailure {
  return failure !== undefined && PASSING_FAULTS.has(failure.code);
}

/**
 * Counts the runs in which the same bytes timed out or crashed, under the same settings.
 * @param previous the record of the run before, if it was made under the settings of this one.
 * @returns the report, with `attempts` from the second run on and with the identity of the bytes.
 */
export function countAttempts(
  report: ImageReport,
  failure: ImageFailure,
  source: SourceIdentity,
  previous: PictureRecord | undefined,
): ImageReport {
  const before = previous?.error;
  if (!before || !PASSING_FAULTS.has(before.code) || previous.source?.sha256 !== source.sha256) {
    return { ...report, source };
  }
  const attempts = (before.attempts ?? 1) + 1;
  const message = `${failure.message}; the same in ${attempts} runs, so only --retry-failed tries it again`;
  return { ...report, source, failure: { ...failure, message, attempts } };
}
