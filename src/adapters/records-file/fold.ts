import type { Overlay, Place } from './overlay.js';
import type { SortedLines } from './sorted-lines.js';

/** Bytes that are written at once. */
const PIECE = 1 << 20;

/**
 * All lines, those of the overlay in the place of the ones below: in the order of their pictures, one for each. Blocks of
 * which nothing has changed are copied as they are.
 *
 * A piece is good until the next one.
 *
 * @param read gives a line of the overlay, with its line break; it is used before the next one is asked for.
 */
export function* foldedPieces(
  sorted: SortedLines,
  overlay: Overlay,
  read: (place: Place) => Uint8Array,
): Generator<Uint8Array> {
  const gathered = new Gathered();
  for (const part of foldedParts(sorted, overlay, read)) yield* gathered.add(part);
  yield gathered.rest();
}

function* foldedParts(
  sorted: SortedLines,
  overlay: Overlay,
  read: (place: Place) => Uint8Array,
): Generator<Uint8Array> {
  const changed = overlay.images();
  let next = 0;
  const isNext = (image: string | undefined): boolean => changed[next] === image;
  function* upTo(image: string | undefined): Generator<Uint8Array> {
    for (let each = changed[next]; each !== undefined; each = changed[next]) {
      if (image !== undefined && each >= image) return;
      yield* lineOf(each, overlay, read);
      next += 1;
    }
  }
  for (const { buffer, images, starts } of sorted.blocks()) {
    yield* upTo(images[0]);
    const last = images.at(-1) ?? '';
    const change = changed[next];
    if (change === undefined || change > last) {
      yield buffer;
      continue;
    }
    for (const [index, image] of images.entries()) {
      yield* upTo(image);
      if (!isNext(image)) yield buffer.subarray(starts[index], starts[index + 1]);
    }
  }
  yield* upTo(undefined);
}

function* lineOf(image: string, overlay: Overlay, read: (place: Place) => Uint8Array): Generator<Uint8Array> {
  const place = overlay.get(image);
  if (place !== undefined && place !== 'removed') yield read(place);
}

/** Joins small pieces: each that is written costs a call of the system. What it gives is good until the next piece. */
class Gathered {
  readonly #buffer = Buffer.allocUnsafe(PIECE);
  #length = 0;

  *add(part: Uint8Array): Generator<Uint8Array> {
    let from = 0;
    while (from < part.length) {
      const taken = part.subarray(from, from + this.#buffer.length - this.#length);
      this.#buffer.set(taken, this.#length);
      this.#length += taken.length;
      from += taken.length;
      if (this.#length < this.#buffer.length) continue;
      yield this.#buffer;
      this.#length = 0;
    }
  }

  rest(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }
}
