import v8 from 'node:v8';

/**
 * What keeps a lane small. Its JavaScript does little: pixels and nets are native memory. Together these take a lane of
 * the compact pack from 207 to 177 MB at its peak and from 200 to 161 MB afterwards, at the same CPU time a picture
 * (median of three runs over 56 photos on 2 cores, Node 20, glibc 2.36). `createCollector` came later: see there.
 *
 * A fixed limit of mapped blocks (MALLOC_MMAP_THRESHOLD_) would take 2 to 4 % more off, but with OpenCV 4.10, whose
 * convolutions take and free large blocks at each pass, it costs 10,000 page faults a picture and 11 % of the CPU time.
 */
export const LANE_NODE_FLAGS: readonly string[] = [
  // Threads that would compile and collect beside the one picture.
  '--v8-pool-size=0',
  // Megabytes for new objects; 16 by default.
  '--max-semi-space-size=1',
  // For `createCollector`.
  '--expose-gc',
];

/** Environment of a lane; the user's own settings go before it. */
export const LANE_ENVIRONMENT: Readonly<Record<string, string>> = {
  // Native calls follow one another, so that one thread does for them.
  UV_THREADPOOL_SIZE: '1',
  // By default glibc gives each thread a heap of its own, which keeps what the thread has freed.
  MALLOC_ARENA_MAX: '1',
};

/** What dead pixels and files a lane may keep, in bytes: to free them by a whole collection takes 6 to 10 ms. */
const LEFT_OVER = 2e6;

/**
 * @returns frees the pixels and the file of the last picture, to be called after each. They are native memory behind
 * small objects, of which a picture makes too few for V8 to collect them by itself. A minor collection takes less than a
 * millisecond and misses what an earlier one, in the middle of a picture, has taken for long-lived: a whole one follows
 * where that has become much. (18 group photos of 2 megapixels: 28 MB of dead ones without it, a lane of 214 and not
 * 179 MB.)
 */
export function createCollector(): () => void {
  let alive = outsideHeap();
  return () => {
    globalThis.gc?.({ type: 'minor' });
    // A raster that was still in use when it was last looked at must not count as room for dead ones.
    alive = Math.min(alive, outsideHeap());
    if (outsideHeap() - alive < LEFT_OVER) return;
    globalThis.gc?.();
    alive = outsideHeap();
  };
}

/** Bytes behind objects of V8's heap. OpenCV's matrices are not counted: each is released by hand. */
const outsideHeap = (): number => v8.getHeapStatistics().external_memory;
