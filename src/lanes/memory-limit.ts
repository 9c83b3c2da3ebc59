/** What a lane may take, and how it is kept to it. */
export interface MemoryLimit {
  /** Resident memory at most, in bytes. */
  readonly bytes: number;
  /** Resident memory of a process now, in bytes; undefined when it is gone or the system does not say. */
  readonly residentBytes: (pid: number) => number | undefined;
  /**
   * Has the system refuse the process memory far beyond `bytes`, from its start on: for what it takes between two looks
   * and while this process is held up itself.
   */
  readonly enforce?: (pid: number) => void;
}

/**
 * A decoder fills at most 3 GB a second, so that a lane is over its limit by 150 MB before it is seen; one look takes
 * 20 microseconds.
 */
const LOOK_MS = 50;

/**
 * Looks at a process while it loads its nets or has a picture.
 * @param outgrown called once, when it has more memory than it may.
 * @returns ends the watch.
 */
export function watchMemory(
  pid: number | undefined,
  limit: MemoryLimit | undefined,
  outgrown: () => void,
): () => void {
  if (pid === undefined || limit === undefined) return () => undefined;
  const timer = setInterval(() => {
    if ((limit.residentBytes(pid) ?? 0) <= limit.bytes) return;
    clearInterval(timer);
    outgrown();
  }, LOOK_MS).unref();
  return () => {
    clearInterval(timer);
  };
}
