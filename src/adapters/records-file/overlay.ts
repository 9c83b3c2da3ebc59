/** Where a line is. */
export interface Place {
  readonly offset: number;
  /** Without the line break. */
  readonly length: number;
  readonly inJournal: boolean;
}

/**
 * What stands above the sorted lines: lines of the journal, and those that are out of order. Of each picture the last one
 * counts. Places are numbers in lists and not objects: a first run may have a million of them.
 */
export class Overlay {
  readonly #slots = new Map<string, number>();
  /** Twice the offset, and one more in the journal. */
  readonly #offsets: number[] = [];
  /** 0 where the picture's record was removed. */
  readonly #lengths: number[] = [];

  get size(): number {
    return this.#slots.size;
  }

  set(image: string, { offset, length, inJournal }: Place): void {
    this.#put(image, 2 * offset + (inJournal ? 1 : 0), length);
  }

  remove(image: string): void {
    this.#put(image, 0, 0);
  }

  #put(image: string, offset: number, length: number): void {
    let slot = this.#slots.get(image);
    if (slot === undefined) {
      slot = this.#offsets.length;
      this.#slots.set(image, slot);
    }
    this.#offsets[slot] = offset;
    this.#lengths[slot] = length;
  }

  /** Undefined for a picture that it says nothing of. */
  get(image: string): Place | 'removed' | undefined {
    const slot = this.#slots.get(image);
    if (slot === undefined) return undefined;
    const [offset = 0, length = 0] = [this.#offsets[slot], this.#lengths[slot]];
    if (length === 0) return 'removed';
    return { offset: Math.floor(offset / 2), length, inJournal: offset % 2 === 1 };
  }

  /** Every picture that it says something of, sorted. */
  images(): string[] {
    return [...this.#slots.keys()].sort();
  }
}
