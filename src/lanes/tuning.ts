/**
 * What keeps a lane small. Its JavaScript does little: pixels and nets are native memory. Together these take a lane of
 * the compact pack from 207 to 177 MB at its peak and from 200 to 161 MB afterwards, at the same CPU time a picture
 * (median of three runs over 56 photos on 2 cores, Node 20, glibc 2.36). The limit of mapped blocks and
 * `collectRasters` came later and take two lanes and their parent from 325 to 290 MB, with photos of one face from 279
 * to 248, at the same CPU time.
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
  // Bytes from which on glibc maps a block of its own and gives it back when freed. By itself it raises the limit to the
  // largest block that was ever freed, 32 MB at most: the nets' activations, which change with every picture's shape,
  // then leave holes in the heap. A lower limit frees more and costs page faults: 256 KB takes 8 to 12 % more CPU time.
  MALLOC_MMAP_THRESHOLD_: String(4 * 1024 * 1024),
};

/**
 * Frees the pixels of the last picture. They are native memory behind small objects, of which a picture makes too few
 * for V8 to collect them by itself: the dead pixels of several pictures would stay. Takes less than a millisecond.
 */
export function collectRasters(): void {
  globalThis.gc?.({ type: 'minor' });
}
