import { Buffer } from 'node:buffer';

/** How rows of a table are told apart. */
export interface RowForm {
  /** What stands before all rows. */
  readonly header: string;
  /** Whether a row may have line breaks between double quotes, which are else doubled. */
  readonly isQuoted: boolean;
  /** Whose row it is; undefined for what is none. */
  readonly imageOf: (row: string) => string | undefined;
}

/** Rows to put in, in the place of all that a picture has. */
export interface ChangedRows {
  /** Sorted. */
  readonly images: readonly string[];
  /** Empty for a picture that is to have none. */
  readonly rowsOf: (image: string) => string;
}

const NEWLINE = 10;
const QUOTE = 34;

/**
 * A table with some pictures' rows replaced, without a look at most of the others: pieces that no changed picture falls
 * into are handed on as they are.
 *
 * @param table its rows are in the order of their pictures.
 * @param misfit what to throw at a table that is not of this form.
 */
export async function* spliceRows(
  table: AsyncIterable<Uint8Array>,
  form: RowForm,
  changed: ChangedRows,
  misfit: () => Error,
): AsyncGenerator<string | Uint8Array> {
  const splice = new Splice(form, changed, misfit);
  let rest: Uint8Array = Buffer.alloc(0);
  let isHeaderDue = true;
  for await (const piece of table) {
    let buffer =
      rest.length === 0
        ? Buffer.from(piece.buffer, piece.byteOffset, piece.length)
        : Buffer.concat([rest, piece]);
    if (isHeaderDue) {
      const header = Buffer.from(form.header);
      if (buffer.length < header.length) {
        rest = buffer;
        continue;
      }
      if (!buffer.subarray(0, header.length).equals(header)) throw misfit();
      yield header;
      buffer = buffer.subarray(header.length);
      isHeaderDue = false;
    }
    const ends = form.isQuoted && buffer.includes(QUOTE) ? quotedEnds(buffer) : undefined;
    const end = ends ? (ends.at(-1) ?? 0) : buffer.lastIndexOf(NEWLINE) + 1;
    yield* splice.rows(buffer.subarray(0, end), ends);
    rest = buffer.subarray(end);
  }
  if (isHeaderDue || rest.length > 0) throw misfit();
  yield splice.remaining();
}

class Splice {
  /** Of the changed pictures, the next one to put in. */
  #next = 0;

  constructor(
    private readonly form: RowForm,
    private readonly changed: ChangedRows,
    private readonly misfit: () => Error,
  ) {}

  /** @param ends where rows end; undefined where each line break ends one. */
  *rows(buffer: Buffer, ends: readonly number[] | undefined): Generator<string | Uint8Array> {
    const next = this.changed.images[this.#next];
    if (buffer.length === 0) return;
    if (next === undefined || (!ends && next > this.#lastImage(buffer))) {
      yield buffer;
      return;
    }
    const parts: Uint8Array[] = [];
    let start = 0;
    for (const end of ends ?? plainEnds(buffer)) {
      const row = buffer.subarray(start, end);
      start = end;
      const image = this.#imageOf(row);
      const text = this.#upTo(image);
      if (text !== '') parts.push(Buffer.from(text));
      if (this.changed.images[this.#next] !== image) parts.push(row);
    }
    yield Buffer.concat(parts);
  }

  /** What comes after all rows. */
  remaining(): string {
    return this.#upTo(undefined);
  }

  /** Rows of changed pictures before this one. */
  #upTo(image: string | undefined): string {
    let text = '';
    for (;;) {
      const next = this.changed.images[this.#next];
      if (next === undefined || (image !== undefined && next >= image)) return text;
      text += this.changed.rowsOf(next);
      this.#next += 1;
    }
  }

  #lastImage(buffer: Buffer): string {
    const start = buffer.lastIndexOf(NEWLINE, buffer.length - 2) + 1;
    return this.#imageOf(buffer.subarray(start));
  }

  #imageOf(row: Buffer): string {
    const image = this.form.imageOf(row.toString());
    if (image === undefined) throw this.misfit();
    return image;
  }
}

function* plainEnds(buffer: Buffer): Generator<number> {
  for (let at = buffer.indexOf(NEWLINE); at !== -1; at = buffer.indexOf(NEWLINE, at + 1)) yield at + 1;
}

/** Where rows end whose line breaks between double quotes end none. */
function quotedEnds(buffer: Buffer): number[] {
  const ends: number[] = [];
  let isOpen = false;
  for (const [at, byte] of buffer.entries()) {
    if (byte === QUOTE) isOpen = !isOpen;
    else if (byte === NEWLINE && !isOpen) ends.push(at + 1);
  }
  return ends;
}
