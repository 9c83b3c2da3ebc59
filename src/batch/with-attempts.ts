import { countAttempts, mayPass } from '../core/attempts.js';
import { sameRun } from '../core/skip.js';
import { ImageError } from '../errors.js';
import type { OpenPicture } from '../ports.js';
import type { FileStamp, ImageReport } from '../types.js';
import type { DecisionPlan, DecisionPorts } from './decide.js';

/**
 * Notes on a time-out or a crash which bytes it belongs to, and how many runs in a row it was. A lane that died or was
 * killed cannot say what it had read, so the file is hashed here.
 */
export async function withAttempts(
  report: ImageReport,
  image: string,
  { bytes }: FileStamp,
  picture: OpenPicture,
  plan: DecisionPlan,
  { ledger }: DecisionPorts,
): Promise<ImageReport> {
  const { failure } = report;
  if (!ledger || !mayPass(failure)) return report;
  const previous = ledger.read(image)?.record;
  try {
    const source = { bytes, sha256: await picture.sha256() };
    const comparable = previous && sameRun(previous.run, plan.rules.run) ? previous : undefined;
    return countAttempts(report, failure, source, comparable);
  } catch (error) {
    // It cannot be read now: that is for the next run to find.
    if (error instanceof ImageError) return report;
    throw error;
  }
}
