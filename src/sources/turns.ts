import { setImmediate as nextTurn } from 'node:timers/promises';
import { FetchCancelledError } from '../errors.js';

/**
 * One at a time, and of those who wait the one with the lowest number first: what can only be read from the front to the
 * back is then read once, whatever order those who want parts of it come in.
 */
export class Turns {
  readonly #waiting = new Map<number, { readonly begin: () => void; readonly refuse: () => void }>();
  #busy = false;
  #cancelled = false;

  /**
   * @param number no one else's.
   * @throws {FetchCancelledError} what the work throws.
   */
  async take<T>(number: number, work: () => Promise<T>): Promise<T> {
    if (this.#cancelled) throw new FetchCancelledError();
    await new Promise<void>((resolve, reject) => {
      const refuse = (): void => {
        reject(new FetchCancelledError());
      };
      this.#waiting.set(number, { begin: resolve, refuse });
      // Those who come at the same time are all there before the first begins.
      void nextTurn().then(() => {
        this.#next();
      });
    });
    try {
      return await work();
    } finally {
      this.#busy = false;
      this.#next();
    }
  }

  cancel(): void {
    this.#cancelled = true;
    for (const { refuse } of this.#waiting.values()) refuse();
    this.#waiting.clear();
  }

  #next(): void {
    if (this.#busy || this.#waiting.size === 0) return;
    const first = Math.min(...this.#waiting.keys());
    const waiting = this.#waiting.get(first);
    this.#waiting.delete(first);
    this.#busy = true;
    waiting?.begin();
  }
}
