import { describeFace } from '../core/face-text.js';
import type { FinishedImage } from '../core/summary.js';
import type { EventLog } from '../ports.js';

/**
 * How a picture ended, and its copies, for a person.
 *
 * @param arrives whether pictures come one by one: then each that was tagged is named.
 */
export function logFinished(
  { record, how, copyFailures = [] }: FinishedImage,
  log: EventLog,
  arrives: boolean,
): void {
  const { image, error, faces } = record;
  if (error) {
    const { stage, code, message } = error;
    const kept = how === 'skipped' && { kept: true as const };
    log.emit({ event: 'picture-failed', image, stage, code, message, ...kept });
  } else {
    const arrived = arrives && how === 'processed' && { arrived: true as const };
    if (arrived || log.isVerbose !== false) {
      const people = faces.map(describeFace);
      log.emit({ event: 'picture-done', image, how, faces: faces.length, people, ...arrived });
    }
  }
  for (const failure of copyFailures) log.emit({ event: 'copy-failed', image, ...failure });
}
