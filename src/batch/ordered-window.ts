/**
 * Hands finished items on in their original order, holding back at most `size` of them. The producer asks for `room`
 * before it starts an item, so that one slow item cannot make the memory grow.
 */
export class OrderedWindow<T> {
  /** Items that wait for an earlier one, by index; undefined for one without a result. */
  private readonly waiting = new Map<number, T | undefined>();
  private next = 0;
  private draining: Promise<void> | undefined;
  private abandoned = false;
  private wake: (() => void) | undefined;

  constructor(
    private readonly size: number,
    private readonly emit: (item: T) => Promise<void>,
  ) {}

  /** Resolves when the item at `index` may start. */
  async room(index: number): Promise<void> {
    while (!this.abandoned && index - this.next >= this.size) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }

  /** Takes the result of the item at `index`. Rejects with what `emit` threw. */
  async finished(index: number, item: T | undefined): Promise<void> {
    this.waiting.set(index, item);
    this.draining ??= this.drain();
    await this.draining;
  }

  /** Nothing more is handed on; whoever waits for room goes on. */
  abandon(): void {
    this.abandoned = true;
    this.wake?.();
  }

  private async drain(): Promise<void> {
    // Never ends in the caller's turn, or the caller would store an ended drain.
    await Promise.resolve();
    try {
      while (!this.abandoned && this.waiting.has(this.next)) {
        const item = this.waiting.get(this.next);
        this.waiting.delete(this.next);
        this.next += 1;
        this.wake?.();
        if (item !== undefined) await this.emit(item);
      }
    } finally {
      this.draining = undefined;
    }
  }
}
