import { readSync } from 'node:fs';
import { lastUpTo } from '../../core/sorted-texts.js';
import type { Line } from './line-reader.js';
import { pictureOf, type LineBytes } from './line.js';

/** Lines that are found through one entry of the index, and read together. */
const LINES = 64;

/** Or so many bytes of them, where records are long. */
const BYTES = 1 << 20;

const NEWLINE = 10;

/** Neighbouring lines in memory. */
export interface Block {
  readonly buffer: Buffer;
  /** Whose the lines are, sorted. */
  readonly images: readonly string[];
  /** Where each line starts in the buffer, and where the last one ends. */
  readonly starts: readonly number[];
}

/**
 * Lines of a file in the order of their pictures. The index has one entry for 64 of them, some 2 MB for a million: a
 * line is found by reading its block, and its neighbours, which are asked for next, with it.
 */
export class SortedLines {
  /** Of each block: its first picture, and where it starts and ends in the file. */
  readonly #firsts: string[] = [];
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  #inLast = 0;
  #latest = '';
  #memory = Buffer.alloc(0);
  #loaded: { readonly index: number; readonly block: Block } | undefined;

  /** @param descriptor undefined where there is no file: then there are no lines. */
  constructor(private readonly descriptor: number | undefined) {}

  /** Takes the next line of the file. @returns false for one that is out of order, which is left out. */
  add(image: string, { offset, start, end }: Line): boolean {
    if (this.#starts.length > 0 && image <= this.#latest) return false;
    const last = this.#ends.length - 1;
    const [from = 0, to = 0] = [this.#starts[last], this.#ends[last]];
    const next = offset + end - start + 1;
    if (last >= 0 && to === offset && this.#inLast < LINES && next - from <= BYTES) {
      this.#ends[last] = next;
      this.#inLast += 1;
    } else {
      this.#firsts.push(image);
      this.#starts.push(offset);
      this.#ends.push(next);
      this.#inLast = 1;
    }
    this.#latest = image;
    return true;
  }

  /** A picture's line; good until the next call. */
  find(image: string): LineBytes | undefined {
    const index = this.#blockOf(image);
    if (index === -1) return undefined;
    const { buffer, images, starts } = this.#load(index);
    const at = lastUpTo(images, image);
    const [start, next] = [starts[at], starts[at + 1]];
    if (images[at] !== image || start === undefined || next === undefined) return undefined;
    return { buffer, start, end: next - 1 };
  }

  /** All lines in order, block by block; a block is good until the next one. */
  *blocks(): Generator<Block> {
    for (let index = 0; index < this.#starts.length; index += 1) yield this.#load(index);
  }

  #blockOf(image: string): number {
    return lastUpTo(this.#firsts, image);
  }

  #load(index: number): Block {
    if (this.#loaded?.index === index) return this.#loaded.block;
    const [start = 0, end = 0] = [this.#starts[index], this.#ends[index]];
    // One for all blocks: those of a million lines would be left to the garbage collector by the gigabyte.
    if (this.#memory.length < end - start) this.#memory = Buffer.allocUnsafe(2 * (end - start));
    const buffer = this.#memory.subarray(0, end - start);
    this.#loaded = undefined;
    if (this.descriptor !== undefined) readFully(this.descriptor, buffer, start);
    const block = blockOf(buffer);
    this.#loaded = { index, block };
    return block;
  }
}

function blockOf(buffer: Buffer): Block {
  const images: string[] = [];
  const starts = [0];
  let start = 0;
  for (let end = buffer.indexOf(NEWLINE); end !== -1; end = buffer.indexOf(NEWLINE, start)) {
    // Names that could be read once can be read again, unless somebody writes to the file: then it is no line of ours.
    images.push(pictureOf({ buffer, start, end }) ?? '');
    start = end + 1;
    starts.push(start);
  }
  return { buffer, images, starts };
}

/** Fills a buffer from a place in a file. @throws {Error} when the file is shorter than it was. */
export function readFully(descriptor: number, buffer: Buffer, position: number): void {
  let filled = 0;
  while (filled < buffer.length) {
    const length = readSync(descriptor, buffer, filled, buffer.length - filled, position + filled);
    if (length === 0) throw new Error('it was cut off while it was read');
    filled += length;
  }
}
