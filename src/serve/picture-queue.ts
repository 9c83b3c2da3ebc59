import { ClientGoneError, stopping } from './api-error.js';

/** A picture on its way to a lane. */
interface Waiting {
  readonly start: () => void;
  readonly refuse: (error: Error) => void;
}

/** How much the newest picture counts in the mean. */
const NEWEST_SHARE = 0.1;
/** Until there is a mean: about a photo with some faces, in milliseconds. */
const FIRST_GUESS_MS = 200;

/**
 * Pictures that wait for lanes, first come, first served: a bounded number of them. One whose client goes away leaves it.
 */
export class PictureQueue {
  readonly #waiting = new Set<Waiting>();
  #running = 0;
  #stopped = false;
  #meanMs = FIRST_GUESS_MS;

  /**
   * @param lanes pictures in lanes at once.
   * @param limit pictures that may wait beside.
   * @param now milliseconds.
   */
  constructor(
    private readonly lanes: number,
    private readonly limit: number,
    private readonly now: () => number,
  ) {}

  get waiting(): number {
    return this.#waiting.size;
  }

  get running(): number {
    return this.#running;
  }

  /** Pictures that it takes at the most. */
  get capacity(): number {
    return this.lanes + this.limit;
  }

  /** Pictures that it takes now. */
  get room(): number {
    return this.#stopped ? 0 : this.capacity - this.#running - this.#waiting.size;
  }

  /** When there should be room again, in whole seconds. */
  get retrySeconds(): number {
    return Math.max(1, Math.ceil((this.#waiting.size * this.#meanMs) / this.lanes / 1000));
  }

  /**
   * Has the work done when its turn comes. The caller has seen that there is `room`.
   *
   * @param gone aborted when the client goes away: work that was not begun never is.
   * @throws {ClientGoneError} {ApiError} STOPPING; what the work throws.
   */
  enter<T>(work: () => Promise<T>, gone: AbortSignal): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const leave = (): void => {
        waiting.refuse(new ClientGoneError());
      };
      const settle = (): void => {
        this.#waiting.delete(waiting);
        gone.removeEventListener('abort', leave);
      };
      const waiting: Waiting = {
        start: () => {
          settle();
          this.#run(work).then(resolve, reject);
        },
        refuse: (error) => {
          settle();
          reject(error);
        },
      };
      if (gone.aborted || this.#stopped) {
        reject(this.#stopped ? stopping() : new ClientGoneError());
        return;
      }
      gone.addEventListener('abort', leave);
      this.#waiting.add(waiting);
      this.#next();
    });
  }

  /** Refuses whoever waits, and who comes. Pictures in lanes are not its concern. */
  stop(): void {
    this.#stopped = true;
    for (const { refuse } of this.#waiting) refuse(stopping());
  }

  #next(): void {
    for (const { start } of this.#waiting) {
      if (this.#running >= this.lanes) return;
      start();
    }
  }

  async #run<T>(work: () => Promise<T>): Promise<T> {
    this.#running += 1;
    const begun = this.now();
    try {
      return await work();
    } finally {
      this.#meanMs += NEWEST_SHARE * (this.now() - begun - this.#meanMs);
      this.#running -= 1;
      this.#next();
    }
  }
}
