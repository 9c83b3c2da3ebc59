/** Parts of a file, to find out whether two of them share a byte. Two numbers each: an archive may have a million. */
export class Spans {
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];

  /** How many there are. */
  get size(): number {
    return this.#starts.length;
  }

  add(start: number, bytes: number): void {
    this.#starts.push(start);
    this.#ends.push(start + bytes);
  }

  overlap(): boolean {
    const startOf = (index: number): number => this.#starts[index] ?? 0;
    const order = Uint32Array.from(this.#starts.keys()).sort((a, b) => startOf(a) - startOf(b));
    let end = 0;
    for (const index of order) {
      if (startOf(index) < end) return true;
      end = this.#ends[index] ?? 0;
    }
    return false;
  }
}
