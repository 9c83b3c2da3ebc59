/** Tells whether a sorted list has a name. Those that are asked for in order are found at once. */
export class SortedNames {
  #next = 0;

  /** @param names sorted by UTF-16 code units, unique. */
  constructor(private readonly names: readonly string[]) {}

  has(name: string): boolean {
    if (!this.#isNext(name)) this.#next = this.#find(name);
    const isThere = this.names[this.#next] === name;
    if (isThere) this.#next += 1;
    return isThere;
  }

  /** Whether the name is the next one, or would be. */
  #isNext(name: string): boolean {
    const [before, next] = [this.names[this.#next - 1], this.names[this.#next]];
    return next === name || ((before === undefined || before < name) && (next === undefined || name < next));
  }

  /** Index of the first name that is not below this one. */
  #find(name: string): number {
    let [low, high] = [0, this.names.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.names[middle] ?? '') < name) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
