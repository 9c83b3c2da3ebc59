import { InterruptedError } from '../errors.js';
import type { StopSwitch } from '../ports.js';
import type { StopReason } from '../types.js';

/** Remembers the first reason to stop and tells one listener of every request. */
export class Stop implements StopSwitch {
  requested: StopReason | undefined;
  private listener: ((reason: StopReason, times: number) => void) | undefined;
  private interrupt: ((error: InterruptedError) => void) | undefined;
  private times = 0;

  request(reason: StopReason): void {
    this.requested ??= reason;
    this.times += 1;
    this.listener?.(reason, this.times);
    if (reason !== 'closed pipe') this.interrupt?.(new InterruptedError(reason));
  }

  /** `times` counts requests: the second one means that the person is in a hurry. */
  onRequest(listener: (reason: StopReason, times: number) => void): void {
    this.listener = listener;
    if (this.requested !== undefined) listener(this.requested, this.times);
  }

  /** For work that its next run goes on with. @throws {InterruptedError} when a signal has asked for an end. */
  throwIfInterrupted(): void {
    const interruption = this.interruption();
    if (interruption) throw interruption;
  }

  /**
   * Waits for work that nothing depends on yet, such as finding pictures on a slow disk or reading a list from a person's
   * terminal: a signal need not wait for its end.
   *
   * @throws {InterruptedError}
   */
  async unlessInterrupted<T>(work: Promise<T>): Promise<T> {
    const interrupted = new Promise<never>((_, reject) => {
      this.interrupt = reject;
      const interruption = this.interruption();
      if (interruption) reject(interruption);
    });
    try {
      return await Promise.race([work, interrupted]);
    } finally {
      this.interrupt = undefined;
    }
  }

  private interruption(): InterruptedError | undefined {
    const { requested } = this;
    return requested === undefined || requested === 'closed pipe'
      ? undefined
      : new InterruptedError(requested);
  }
}
