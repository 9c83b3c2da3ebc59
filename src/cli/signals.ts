import type { Stop } from '../batch/stop-switch.js';

/** Runs `work` while signals ask `stop` for an end in order. */
export async function withSignals<T>(stop: Stop, work: () => Promise<T>): Promise<T> {
  const onSignal = (signal: NodeJS.Signals): void => {
    // A third signal ends the process as if nobody listened: even dropping may hang, on a reader of stdout or on a disk.
    if (stop.requested !== undefined) process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
    if (signal === 'SIGINT' || signal === 'SIGTERM') stop.request(signal);
  };
  // Node undoes what nohup sets up. A run whose messages go to a file goes on when its terminal closes; one that was
  // watched is stopped in order.
  const onHangup = (): void => {
    if (process.stderr.isTTY) stop.request('SIGTERM');
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal).on('SIGHUP', onHangup);
  try {
    return await work();
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal).off('SIGHUP', onHangup);
  }
}
