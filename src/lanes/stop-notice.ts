import { setTimeout as delay } from 'node:timers/promises';
import { endedByStopSignal, type LaneExit } from './exit.js';

/** A signal to the whole group reaches a lane and the parent's handler within this time of each other. */
const NOTICE_MS = 250;

/** Whether the run is being stopped, and the patience to find out when a lane hears of it first. */
export class StopNotice {
  readonly #stop = new AbortController();

  get given(): boolean {
    return this.#stop.signal.aborted;
  }

  give(): void {
    this.#stop.abort();
  }

  /** True when this death belongs to a stop. Waits a moment for the notice if the signal suggests one. */
  async explains(exit: LaneExit): Promise<boolean> {
    if (endedByStopSignal(exit)) {
      // Rejects as soon as the notice is given.
      await delay(NOTICE_MS, undefined, { signal: this.#stop.signal }).catch(() => undefined);
    }
    return this.given;
  }
}
