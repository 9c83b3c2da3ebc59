import { setTimeout as delay } from 'node:timers/promises';
import { endedByStopSignal, type LaneExit } from './exit.js';

/** Whether the run is being stopped, and the patience to find out when a lane is hit by the signal first. */
export class StopState {
  readonly #abort = new AbortController();

  /** @param patienceMs how long a death by a stop signal may come before the stop is asked for. */
  constructor(private readonly patienceMs: number) {}

  get requested(): boolean {
    return this.#abort.signal.aborted;
  }

  request(): void {
    this.#abort.abort();
  }

  /** True when this death belongs to a stop. Waits a moment for the request if the signal suggests one. */
  async explains(exit: LaneExit): Promise<boolean> {
    if (endedByStopSignal(exit)) {
      // Rejects as soon as the stop is asked for.
      await delay(this.patienceMs, undefined, { signal: this.#abort.signal }).catch(() => undefined);
    }
    return this.requested;
  }
}
