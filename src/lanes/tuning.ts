/**
 * What keeps a lane small. Its JavaScript does little: pixels and nets are native memory. Together these take a lane of
 * the compact pack from 207 to 177 MB at its peak and from 200 to 161 MB afterwards, at the same CPU time a picture
 * (median of three runs over 56 photos on 2 cores, Node 20, glibc 2.36).
 */
export const LANE_NODE_FLAGS: readonly string[] = [
  // Threads that would compile and collect beside the one picture.
  '--v8-pool-size=0',
  // Megabytes for new objects; 16 by default.
  '--max-semi-space-size=1',
];

/** Environment of a lane; the user's own settings go before it. */
export const LANE_ENVIRONMENT: Readonly<Record<string, string>> = {
  // Native calls follow one another, so that one thread does for them.
  UV_THREADPOOL_SIZE: '1',
  // By default glibc gives each thread a heap of its own, which keeps what the thread has freed.
  MALLOC_ARENA_MAX: '1',
};
