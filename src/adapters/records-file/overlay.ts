import { indexOf } from '../../core/sorted-texts.js';

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
  /** Sorted; the first slots are theirs, so that a merge of a million records needs no table of names beside its list. */
  #expected: readonly string[] = [];
  /** Of all others. */
  #slots = new Map<string, number>();
  readonly #places = new Places();
  #said = 0;

  /** Of how many pictures it says something. */
  get size(): number {
    return this.#said;
  }

  /** Makes room for lines of pictures that are about to be written. @param images sorted, each once. */
  expect(images: readonly string[]): void {
    const said = this.images().map((image) => [image, this.get(image)] as const);
    this.#expected = images;
    this.#slots = new Map();
    this.#said = 0;
    this.#places.clear(images.length);
    for (const [image, place] of said) {
      if (place === 'removed') this.remove(image);
      else if (place) this.set(image, place);
    }
  }

  set(image: string, { offset, length, inJournal }: Place): void {
    this.#put(image, 2 * offset + (inJournal ? 1 : 0), length);
  }

  remove(image: string): void {
    this.#put(image, 0, 0);
  }

  #put(image: string, address: number, length: number): void {
    const slot = this.#slotOf(image) ?? this.#places.grow();
    if (slot >= this.#expected.length) this.#slots.set(image, slot);
    if (!this.#places.has(slot)) this.#said += 1;
    this.#places.set(slot, address, length);
  }

  #slotOf(image: string): number | undefined {
    return indexOf(this.#expected, image) ?? this.#slots.get(image);
  }

  /** Undefined for a picture that it says nothing of. */
  get(image: string): Place | 'removed' | undefined {
    const slot = this.#slotOf(image);
    return slot === undefined ? undefined : this.#places.get(slot);
  }

  /** Every picture that it says something of, sorted. */
  images(): readonly string[] {
    const { length } = this.#expected;
    if (this.#slots.size === 0 && this.#said === length) return this.#expected;
    const said = this.#expected.filter((_, slot) => this.#places.has(slot));
    return [...said, ...this.#slots.keys()].sort();
  }
}

/** A slot of which nothing is said. */
const NOTHING = -1;

/** Places by slots: eight bytes and four. */
class Places {
  /** Twice the offset, and one more in the journal. */
  #addresses = new Float64Array(0);
  /** 0 where the picture's record was removed. */
  #lengths = new Uint32Array(0);
  #size = 0;

  /** Of which slots nothing is said. */
  clear(size: number): void {
    this.#size = size;
    this.#addresses = new Float64Array(size).fill(NOTHING);
    this.#lengths = new Uint32Array(size);
  }

  /** @returns a new slot. */
  grow(): number {
    if (this.#size === this.#addresses.length) {
      const room = Math.max(64, Math.ceil(1.5 * this.#size));
      const [addresses, lengths] = [this.#addresses, this.#lengths];
      this.#addresses = new Float64Array(room).fill(NOTHING, this.#size);
      this.#addresses.set(addresses);
      this.#lengths = new Uint32Array(room);
      this.#lengths.set(lengths);
    }
    this.#size += 1;
    return this.#size - 1;
  }

  has(slot: number): boolean {
    return this.#addresses[slot] !== NOTHING;
  }

  set(slot: number, address: number, length: number): void {
    this.#addresses[slot] = address;
    this.#lengths[slot] = length;
  }

  get(slot: number): Place | 'removed' | undefined {
    const [address = NOTHING, length = 0] = [this.#addresses[slot], this.#lengths[slot]];
    if (address === NOTHING) return undefined;
    if (length === 0) return 'removed';
    return { offset: Math.floor(address / 2), length, inJournal: address % 2 === 1 };
  }
}
