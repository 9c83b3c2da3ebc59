import type { Readable } from 'node:stream';
import { TooSlowError } from '../packs/ports.js';

export interface LowestRate {
  readonly bytes: number;
  /** Milliseconds. */
  readonly within: number;
}

/**
 * A body as it arrives, ended when fewer bytes come within a stretch of time, but some: silence has its own limit and
 * its retries.
 * @throws {TooSlowError}
 */
export async function* atLeast(rate: LowestRate, body: Readable): AsyncGenerator<Uint8Array> {
  let arrived = 0;
  let readerIsBusy = false;
  const timer = setInterval(() => {
    if (arrived > 0 && arrived < rate.bytes && !readerIsBusy) body.destroy(tooSlow(arrived, rate));
    arrived = 0;
  }, rate.within);
  try {
    for await (const chunk of body as AsyncIterable<Uint8Array>) {
      arrived += chunk.length;
      readerIsBusy = true;
      yield chunk;
      readerIsBusy = false;
    }
  } finally {
    clearInterval(timer);
  }
}

function tooSlow(arrived: number, { bytes, within }: LowestRate): TooSlowError {
  const seconds = within / 1000;
  return new TooSlowError(
    `the server sent ${arrived} bytes in ${seconds} s, and fewer than ${bytes} are not worth waiting for`,
  );
}
