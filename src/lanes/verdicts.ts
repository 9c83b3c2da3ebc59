import { FatalError } from '../errors.js';
import type { FailureCode, ImageReport } from '../types.js';
import { describeCrash, describeExit, type LaneExit } from './exit.js';

/** The report of a picture that took longer than the limit. */
export function overrunReport(timeoutMs: number): ImageReport {
  return failed('TIMEOUT', `Took longer than the limit of ${timeoutMs / 1000} s (--timeout)`);
}

/** The report of a picture in which two lanes died. */
export function crashReport(first: LaneExit, second: LaneExit): ImageReport {
  return failed('CRASHED', describeCrash(first, second));
}

/** The error of a run whose lanes end before they are ready, with the end of the last one. */
export function lanesFailing(last: LaneExit): FatalError {
  const said = last.stderr === '' ? '' : `:\n${last.stderr}`;
  return new FatalError(
    'LANES_FAILING',
    `Lanes keep ending before they are ready; the last ${describeExit(last)}${said}\n` +
      'Run "facetag doctor" to see what is wrong.',
  );
}

/** The parent cannot know how far a dead lane got: decoding is the first stage and the likeliest to kill or hang. */
function failed(code: FailureCode, message: string): ImageReport {
  return { width: 0, height: 0, scale: 0, faces: [], failure: { stage: 'decode', code, message } };
}
