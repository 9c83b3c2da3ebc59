/** Nothing came for too long. */
export class StallError extends Error {
  override readonly name = 'StallError';
}

/**
 * Passes on what comes, as long as something comes.
 *
 * @param stallMs how long to wait for an answer, and from one piece to the next.
 * @param stalled aborted after so long.
 */
export async function* withoutStalls(
  begin: () => Promise<AsyncIterable<Uint8Array>>,
  stallMs: number,
  stalled: AbortController,
): AsyncGenerator<Uint8Array> {
  let timer = setTimeout(stop, stallMs);
  function stop(): void {
    stalled.abort();
  }
  try {
    for await (const piece of await begin()) {
      clearTimeout(timer);
      // Whoever takes the piece may take his time.
      yield piece;
      timer = setTimeout(stop, stallMs);
    }
  } catch (error) {
    if (stalled.signal.aborted) throw new StallError(`nothing came for ${stallMs / 1000} s`);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
