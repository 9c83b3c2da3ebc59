/**
 * What keeps a lane small. Its JavaScript does little: pixels and nets are native memory. Together these take a lane of
 * the compact pack from 207 to 177 MB at its peak and from 200 to 161 MB afterwards, at the same CPU time a picture
 * (median of three runs over 56 photos on 2 cores, Node 20, glibc 2.36). `collectRasters` came later and takes
 * two lanes and their parent from 325 to 300 MB (18 group photos, medians of three), at the same CPU time.
 *
 * A fixed limit of mapped blocks (MALLOC_MMAP_THRESHOLD_) would take 3 % more off, but with OpenCV 4.10, whose
 * convolutions take and free large blocks at each pass, it costs 10,000 page faults a picture and a fifth of the speed.
 */
export const LANE_NODE_FLAGS: readonly string[] = [
  // Threads that would compile and collect beside the one picture.
  '--v8-pool-size=0',
  // Megabytes for new objects; 16 by default.
  '--max-semi-space-size=1',
  // For `collectRasters`.
  '--expose-gc',
];

/** Environment of a lane; the user's own settings go before it. */
export const LANE_ENVIRONMENT: Readonly<Record<string, string>> = {
  // Native calls follow one another, so that one thread does for them.
  UV_THREADPOOL_SIZE: '1',
  // By default glibc gives each thread a heap of its own, which keeps what the thread has freed.
  MALLOC_ARENA_MAX: '1',
};

/**
 * Frees the pixels of the last picture. They are native memory behind small objects, of which a picture makes too few
 * for V8 to collect them by itself: the dead pixels of several pictures would stay. Takes less than a millisecond.
 */
export function collectRasters(): void {
  globalThis.gc?.({ type: 'minor' });
}
