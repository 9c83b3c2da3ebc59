import type { Range } from './numbers.js';

/** Halves of them on each side of zero. */
const BINS = 4096;

/** Values of one array. */
const MOST_COUNTED = 100_003;

/** How many values of a net lie where, counted without keeping any. */
export class Histogram {
  #counts = new Float64Array(BINS);
  /** The bins reach from -reach to reach: a power of two, so that bins can be joined two by two. */
  #reach = 2 ** -20;
  #low = Infinity;
  #high = -Infinity;
  #total = 0;

  /** @throws {RangeError} for a value that is no finite number. */
  add(values: Float32Array): void {
    // No iterator: it takes ten times as long, and a detector has forty million values.
    let sum = 0;
    values.forEach((value) => {
      if (value < this.#low) this.#low = value;
      if (value > this.#high) this.#high = value;
      sum += value;
    });
    const largest = Math.max(-this.#low, this.#high);
    if (!Number.isFinite(sum)) throw new RangeError('A net gave a value that is no finite number');
    while (this.#reach <= largest) this.#join();
    const perUnit = BINS / 2 / this.#reach;
    // Of a large map some of the values tell as much as all of them.
    const step = Math.ceil(values.length / MOST_COUNTED);
    for (let index = 0; index < values.length; index += step) {
      const bin = Math.floor(((values[index] ?? 0) + this.#reach) * perUnit);
      this.#counts[bin] = (this.#counts[bin] ?? 0) + 1;
      this.#total += 1;
    }
  }

  /** Twice the reach: bins are joined two by two. */
  #join(): void {
    const joined = new Float64Array(BINS);
    for (const [bin, count] of this.#counts.entries()) {
      const target = BINS / 4 + Math.floor(bin / 2);
      joined[target] = (joined[target] ?? 0) + count;
    }
    this.#counts = joined;
    this.#reach *= 2;
  }

  /**
   * The range that holds all values but a share at each end.
   *
   * @param share 0 for the least and the greatest value themselves.
   * @throws {RangeError} when there are no values.
   */
  range(share: number): Range {
    if (this.#total === 0) throw new RangeError('No values were counted');
    if (share === 0) return { low: this.#low, high: this.#high };
    const edge = (bin: number): number => (bin / (BINS / 2) - 1) * this.#reach;
    const [first, last] = [this.#binAfter(share, 1), this.#binAfter(share, -1)];
    return { low: Math.max(this.#low, edge(first)), high: Math.min(this.#high, edge(last + 1)) };
  }

  /** The bin with which more than a share of the values has been passed, from one end. */
  #binAfter(share: number, direction: 1 | -1): number {
    let left = share * this.#total;
    let bin = direction === 1 ? 0 : BINS - 1;
    for (; bin >= 0 && bin < BINS; bin += direction) {
      left -= this.#counts[bin] ?? 0;
      if (left < 0) break;
    }
    return bin;
  }
}
