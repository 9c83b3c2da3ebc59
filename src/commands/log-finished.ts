import { describeFace } from '../core/face-text.js';
import type { FinishedImage } from '../core/summary.js';
import type { EventLog } from '../ports.js';

/** How a picture ended, and its copies, for a person. */
export function logFinished({ record, how, copyFailures = [] }: FinishedImage, log: EventLog): void {
  const { image, error, faces } = record;
  if (error) {
    const { stage, code, message } = error;
    const kept = how === 'skipped' && { kept: true as const };
    log.emit({ event: 'picture-failed', image, stage, code, message, ...kept });
  } else if (log.isVerbose !== false) {
    log.emit({ event: 'picture-done', image, how, faces: faces.length, people: faces.map(describeFace) });
  }
  for (const failure of copyFailures) log.emit({ event: 'copy-failed', image, ...failure });
}
