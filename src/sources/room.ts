import { FetchCancelledError } from '../errors.js';

/**
 * Bytes that fetched pictures may take together: whoever fetches one waits for room, first come, first served. A picture
 * that is larger than all of it is let in alone.
 */
export class Room {
  #taken = 0;
  #cancelled = false;
  readonly #waiting: { readonly bytes: number; readonly enter: () => void; readonly refuse: () => void }[] =
    [];

  constructor(private readonly bytes: number) {}

  /** @throws {FetchCancelledError} */
  async enter(bytes: number): Promise<void> {
    if (this.#cancelled) throw new FetchCancelledError();
    if (this.#waiting.length === 0 && this.#has(bytes)) {
      this.#taken += bytes;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const refuse = (): void => {
        reject(new FetchCancelledError());
      };
      this.#waiting.push({ bytes, enter: resolve, refuse });
    });
  }

  leave(bytes: number): void {
    this.#taken -= bytes;
    for (let first = this.#waiting[0]; first && this.#has(first.bytes); first = this.#waiting[0]) {
      this.#waiting.shift();
      this.#taken += first.bytes;
      first.enter();
    }
  }

  /** Nobody is let in any more. */
  cancel(): void {
    this.#cancelled = true;
    for (const { refuse } of this.#waiting.splice(0)) refuse();
  }

  #has(bytes: number): boolean {
    return this.#taken === 0 || this.#taken + bytes <= this.bytes;
  }
}
