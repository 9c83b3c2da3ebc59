import { exitCodeFor } from '../core/exit-code.js';
import { InterruptedError } from '../errors.js';
import type { EventLog } from '../ports.js';

/** Runs work that a signal may end in order: nothing of it goes on then. @returns the exit code. */
export async function endedBySignal(log: EventLog, work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof InterruptedError)) throw error;
    const { signal } = error;
    log.emit({ event: 'warning', message: `Stopped by ${signal}: run the same command again` });
    return exitCodeFor({ signal });
  }
}
