import { unreadReport } from '../core/unread-report.js';
import { FatalError } from '../errors.js';
import type { ImageReport } from '../types.js';

/** How a lane's process ended. */
export interface LaneExit {
  /** Exit code; null when a signal ended it or it never started. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The last lines that it wrote to stderr, or why it could not be started. */
  readonly stderr: string;
}

/** "was killed by SIGSEGV", "exited with code 1", "could not be started". */
export function describeExit(exit: LaneExit): string {
  if (exit.signal !== null) return `was killed by ${exit.signal}`;
  return exit.code === null ? 'could not be started' : `exited with code ${exit.code}`;
}

/** Signals by which a terminal, `timeout`, systemd or docker stop a whole group of processes at once. */
const STOP_SIGNALS: ReadonlySet<string> = new Set(['SIGTERM', 'SIGINT', 'SIGHUP']);

/** True when the death may be part of a stop of the whole program. */
export function endedByStopSignal(exit: LaneExit): boolean {
  return exit.signal !== null && STOP_SIGNALS.has(exit.signal);
}

/**
 * The report of a picture in which two lanes died. The parent cannot know how far a dead lane got: decoding is the first
 * stage and the likeliest to kill or hang.
 */
export function crashReport(first: LaneExit, second: LaneExit): ImageReport {
  const [a, b] = [describeExit(first), describeExit(second)];
  const message = a === b ? `The lane ${a} twice` : `The lane ${a}, then another ${b}`;
  return unreadReport({ stage: 'decode', code: 'CRASHED', message });
}

/** The report of a picture that took longer than the limit. */
export function timeoutReport(timeoutMs: number): ImageReport {
  const message = `Took longer than the limit of ${timeoutMs / 1000} s (--timeout)`;
  return unreadReport({ stage: 'decode', code: 'TIMEOUT', message });
}

/** The report of a picture for which a lane that had no other picture needed more memory than it may take. */
export function outgrownReport(maxBytes: number): ImageReport {
  const message = `Needed more memory than a lane may take: ${Math.round(maxBytes / 1e6)} MB (--max-lane-memory)`;
  return unreadReport({ stage: 'decode', code: 'TOO_LARGE', message });
}

/** The error of a run whose nets alone need more memory than a lane may take: another try would end alike. */
export function netsOutgrown(maxBytes: number): FatalError {
  const limit = `${Math.round(maxBytes / 1e6)} MB (--max-lane-memory)`;
  return new FatalError(
    'LANES_FAILING',
    `The nets need more memory than a lane may take: ${limit}. Give lanes more, or choose other nets.`,
    { mayPass: false },
  );
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
