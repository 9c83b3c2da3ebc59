import type { StopReason, StopSwitch } from './types.js';

/** Remembers the first reason to stop and tells one listener of every request. */
export class Stop implements StopSwitch {
  requested: StopReason | undefined;
  private listener: ((reason: StopReason, times: number) => void) | undefined;
  private times = 0;

  request(reason: StopReason): void {
    this.requested ??= reason;
    this.times += 1;
    this.listener?.(reason, this.times);
  }

  /** `times` counts requests: the second one means that the person is in a hurry. */
  onRequest(listener: (reason: StopReason, times: number) => void): void {
    this.listener = listener;
    if (this.requested !== undefined) listener(this.requested, this.times);
  }
}
