import { readSync } from 'node:fs';
import { Checksum } from './checksum.js';
import { MAX_LINE_BYTES, type LineBytes } from './line.js';

/** A line and where it starts in its file. */
export interface Line extends LineBytes {
  readonly offset: number;
}

const NEWLINE = 10;

/** Bytes that are read at once. */
const PIECE = 1 << 20;

/** Reads a file from its start line by line, in pieces, so that others can have their turn in between. */
export class LineReader {
  /** Lines that are too long for a record, and a last one without its end. */
  broken = 0;
  /** Of what was read. */
  readonly sum = new Checksum();
  #buffer: Buffer;
  /** Where the buffer starts in the file, and how much of it holds the start of a line. */
  #offset = 0;
  #held = 0;
  #skipsLine = false;

  /** @param size in bytes: what is appended meanwhile is not read. */
  constructor(
    private readonly descriptor: number,
    private readonly size: number,
  ) {
    this.#buffer = Buffer.allocUnsafe(Math.min(size + 1, PIECE));
  }

  /** The lines piece by piece; they are good until the next piece. */
  *pieces(): Generator<Line[]> {
    for (let length = this.#fill(); length > 0; length = this.#fill()) {
      const filled = this.#held + length;
      const lines = this.#take(filled);
      yield lines.found;
      this.#keep(lines.end, filled);
    }
    if (this.#held > 0) this.broken += 1;
  }

  /** @returns how many bytes were read. */
  #fill(): number {
    if (this.#held === this.#buffer.length) {
      this.#buffer = Buffer.concat([this.#buffer], 2 * this.#buffer.length);
    }
    const at = this.#offset + this.#held;
    const length = Math.min(this.#buffer.length - this.#held, this.size - at);
    if (length <= 0) return 0;
    const read = readSync(this.descriptor, this.#buffer, this.#held, length, at);
    this.sum.add(this.#buffer.subarray(this.#held, this.#held + read));
    return read;
  }

  /** @returns the lines that end in the buffer, and where the last of them does. */
  #take(filled: number): { readonly found: Line[]; readonly end: number } {
    const buffer = this.#buffer.subarray(0, filled);
    const found: Line[] = [];
    let start = 0;
    for (let end = buffer.indexOf(NEWLINE, this.#held); end !== -1; end = buffer.indexOf(NEWLINE, start)) {
      if (!this.#skipsLine) found.push({ buffer, start, end, offset: this.#offset + start });
      this.#skipsLine = false;
      start = end + 1;
    }
    return { found, end: start };
  }

  /** Keeps the start of a line for the next piece, unless it is too long already. */
  #keep(start: number, filled: number): void {
    const rest = filled - start;
    const isTooLong = rest > MAX_LINE_BYTES;
    if (isTooLong && !this.#skipsLine) this.broken += 1;
    this.#skipsLine ||= isTooLong;
    if (!this.#skipsLine) this.#buffer.copyWithin(0, start, filled);
    this.#offset += this.#skipsLine ? filled : start;
    this.#held = this.#skipsLine ? 0 : rest;
  }
}
