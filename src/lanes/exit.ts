/** How a lane's process ended. */
export interface LaneExit {
  /** Exit code; null when a signal ended it or it never started. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The last lines that it wrote to stderr, or why it could not be started. */
  readonly stderr: string;
}

/** Signals by which a terminal, `timeout`, systemd or docker stop a whole group of processes at once. */
const STOP_SIGNALS: ReadonlySet<string> = new Set(['SIGTERM', 'SIGINT', 'SIGHUP']);

/** True when the death may be part of a stop of the whole program. */
export function endedByStopSignal(exit: LaneExit): boolean {
  return exit.signal !== null && STOP_SIGNALS.has(exit.signal);
}

/** "was killed by SIGSEGV", "exited with code 1", "could not be started". */
export function describeExit(exit: LaneExit): string {
  if (exit.signal !== null) return `was killed by ${exit.signal}`;
  return exit.code === null ? 'could not be started' : `exited with code ${exit.code}`;
}

/** The message of a picture that two lanes died of. */
export function describeCrash(first: LaneExit, second: LaneExit): string {
  const [a, b] = [describeExit(first), describeExit(second)];
  return a === b ? `The lane ${a} twice` : `The lane ${a}, then another ${b}`;
}
