/** Effects that pulling a pack needs; implemented in adapters/. */

/** Where a download stands. */
export interface PullProgress {
  /** File name. */
  readonly file: string;
  /** Bytes on disk, those of an earlier attempt included. */
  readonly received: number;
  readonly total: number;
}

export interface HttpResponse {
  readonly status: number;
  /** Offset in the file of the first byte of `body`: 0 when the server ignored the wish to start later. */
  readonly start: number;
  /** Size of the whole file in bytes as the server tells it; undefined when it does not. */
  readonly total: number | undefined;
  /**
   * Rejects when the connection breaks for good, with a TooSlowError when the server sends next to nothing. Leaving the
   * loop early closes the connection.
   */
  readonly body: AsyncIterable<Uint8Array>;
  /** Closes the connection of a body that nobody wants. */
  cancel(): void;
}

/** A server that is never silent long enough to count as dead, and never done. Its message says how little it sent. */
export class TooSlowError extends Error {}

/** Fetches files over http(s), through the proxies that the environment names, following redirects. */
export interface HttpClient {
  /**
   * Resolves when the headers are there. Passing faults (5xx, 429, timeouts, resets) are retried with back-off, also
   * within the body.
   * @param from wanted offset of the first byte.
   * @throws Error whose message says what failed, or the signal's reason.
   */
  get(url: string, options: { readonly from: number; readonly signal?: AbortSignal }): Promise<HttpResponse>;
  /** Closes idle connections. */
  close(): Promise<void>;
}

/** Who holds a lock. */
export interface LockOwner {
  readonly pid: number;
  readonly host: string;
}

/** A lock that is held. */
export interface LockHolding {
  /** Who took the lock away, because this process showed no sign of life for long; undefined while it is ours. */
  takenBy(): LockOwner | undefined;
}

/** Keeps others off a folder, in this process and any other that can reach it. */
export interface FolderLock {
  /**
   * Waits until the lock is free, takes it and runs `work`. The lock of a dead process is taken over.
   * @param shown the lock's path for people, where `file` is not one.
   * @param onWait told once who is waited for; what it throws ends the wait.
   * @param onTakeover told, once the lock is held, that it was another's before: perhaps a dead process's.
   * @throws {FatalError} OUTPUT_UNUSABLE when something that is no lock has its name.
   */
  hold<T>(
    file: string,
    work: (holding: LockHolding) => Promise<T>,
    options?: {
      readonly shown?: string;
      readonly signal?: AbortSignal;
      readonly onWait?: (owner: LockOwner) => void;
      readonly onTakeover?: () => void;
    },
  ): Promise<T>;
}
