/** Keeps the end of a stream of text. */
export class TextTail {
  #text = '';

  /** @param limit characters kept. */
  constructor(readonly limit: number) {}

  add(text: string): void {
    this.#text = (this.#text + text).slice(-this.limit);
  }

  /** What was kept, without the white space round it. */
  toString(): string {
    return this.#text.trim();
  }
}
