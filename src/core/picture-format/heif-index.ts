import { type Box, boxesIn } from './iso-boxes.js';

/** A stretch of the file. */
export interface Extent {
  readonly start: number;
  readonly end: number;
}

/** A picture, a tile, or a rule that makes a picture of others; EXIF and other data too. */
export interface HeifItem {
  /** `hvc1`, `av01`, `grid`, `Exif` … */
  readonly type: string;
  /** Where its data is, in this order; empty where another file has it. */
  readonly extents: readonly Extent[];
  /** What it is made of: the tiles of a grid. */
  readonly parts: readonly number[];
  /** Contents of the boxes that describe it, by their types. */
  readonly properties: ReadonlyMap<string, Buffer>;
}

/** The index of a HEIF file: its `meta` box (ISO/IEC 23008-12). */
export interface HeifIndex {
  /** The item that is to be shown. */
  readonly primary: number;
  readonly items: ReadonlyMap<number, HeifItem>;
  /** The primary item, all that it is made of, and its transparency. */
  readonly shown: readonly HeifItem[];
}

/** @returns undefined where there is no index of still pictures, or a damaged one, which the decoder should name. */
export function readHeifIndex(bytes: Buffer): HeifIndex | undefined {
  try {
    for (const box of boxesIn(bytes)) {
      // Version and flags come before the boxes inside.
      if (box.type === 'meta') return readMeta(bytes, new Map(typed(bytes, box.start + 4, box.end)));
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return undefined;
}

function* typed(bytes: Buffer, start: number, end: number): Iterable<[string, Box]> {
  for (const box of boxesIn(bytes, start, Math.min(end, bytes.length))) yield [box.type, box];
}

function readMeta(bytes: Buffer, boxes: ReadonlyMap<string, Box>): HeifIndex | undefined {
  const [pitm, iinf, iloc, iprp, iref] = ['pitm', 'iinf', 'iloc', 'iprp', 'iref'].map((type) =>
    boxes.get(type),
  );
  if (!pitm || !iinf) return undefined;
  const start = new Reader(bytes, pitm);
  const primary = start.uint(start.version === 0 ? 2 : 4);
  const types = readTypes(bytes, iinf);
  const extents = iloc ? readExtents(bytes, iloc, boxes.get('idat')) : new Map<number, Extent[]>();
  const properties = iprp ? readProperties(bytes, iprp) : new Map<number, Map<string, Buffer>>();
  const references = iref ? readReferences(bytes, iref) : [];
  const derived = references.filter(({ kind }) => kind === 'dimg');
  const parts = new Map(derived.map(({ from, to }) => [from, to]));
  const items = new Map<number, HeifItem>();
  for (const [id, type] of types) {
    items.set(id, {
      type,
      extents: extents.get(id) ?? [],
      parts: parts.get(id) ?? [],
      properties: properties.get(id) ?? new Map<string, Buffer>(),
    });
  }
  return { primary, items, shown: shownItems(primary, items, references) };
}

/** How an `auxC` property names an item of transparency: HEVC's way and that of all codecs. */
const ALPHA = /^urn:mpeg:(?:hevc:2015:auxid:1|mpegB:cicp:systems:auxiliary:alpha)\0/;

function shownItems(
  primary: number,
  items: ReadonlyMap<number, HeifItem>,
  references: readonly Reference[],
): HeifItem[] {
  const isAlpha = (id: number): boolean =>
    ALPHA.test(items.get(id)?.properties.get('auxC')?.toString('latin1', 4) ?? '');
  const alphas = references.filter(
    ({ kind, from, to }) => kind === 'auxl' && to.includes(primary) && isAlpha(from),
  );
  const ids = new Set([primary, ...alphas.map(({ from }) => from)]);
  // What is added while the set is walked is walked too.
  for (const id of ids) for (const part of items.get(id)?.parts ?? []) ids.add(part);
  return [...ids].flatMap((id) => items.get(id) ?? []);
}

function readTypes(bytes: Buffer, iinf: Box): Map<number, string> {
  const list = new Reader(bytes, iinf);
  list.uint(list.version === 0 ? 2 : 4);
  const types = new Map<number, string>();
  for (const box of boxesIn(bytes, list.at, iinf.end)) {
    const entry = new Reader(bytes, box);
    // Before version 2 items had no types.
    if (box.type !== 'infe' || entry.version < 2) continue;
    const id = entry.uint(entry.version === 2 ? 2 : 4);
    entry.uint(2);
    types.set(id, bytes.toString('latin1', entry.at, entry.at + 4));
  }
  return types;
}

function readExtents(bytes: Buffer, iloc: Box, idat: Box | undefined): Map<number, Extent[]> {
  const reader = new Reader(bytes, iloc);
  const { version } = reader;
  const [sizes, moreSizes] = [reader.uint(1), reader.uint(1)];
  const [offsetSize, lengthSize, baseSize] = [sizes >> 4, sizes & 15, moreSizes >> 4];
  const indexSize = version === 0 ? 0 : moreSizes & 15;
  const idSize = version < 2 ? 2 : 4;
  const extents = new Map<number, Extent[]>();
  for (let left = reader.uint(idSize); left > 0; left -= 1) {
    const id = reader.uint(idSize);
    const method = version === 0 ? 0 : reader.uint(2) & 15;
    const isHere = reader.uint(2) === 0;
    // Counted from the start of the file or of `idat`.
    const [origin, limit] = method === 0 ? [0, bytes.length] : [idat?.start ?? 0, idat?.end ?? 0];
    const base = origin + reader.uint(baseSize);
    const count = reader.uint(2);
    const list: Extent[] = [];
    // An extent without numbers is the whole; more than one of them would cost time and no byte.
    for (let i = 0; i < (offsetSize + lengthSize + indexSize > 0 ? count : Math.min(count, 1)); i += 1) {
      reader.uint(indexSize);
      const start = base + reader.uint(offsetSize);
      const length = reader.uint(lengthSize);
      list.push({ start, end: length === 0 ? limit : start + length });
    }
    if (isHere && method <= 1) extents.set(id, list);
  }
  return extents;
}

function readProperties(bytes: Buffer, iprp: Box): Map<number, Map<string, Buffer>> {
  const described = new Map<number, Map<string, Buffer>>();
  const boxes = [...boxesIn(bytes, iprp.start, iprp.end)];
  const all = boxes.flatMap(({ type, start, end }) =>
    type === 'ipco' ? [...boxesIn(bytes, start, end)] : [],
  );
  for (const box of boxes.filter(({ type }) => type === 'ipma')) {
    const reader = new Reader(bytes, box);
    for (let left = reader.uint(4); left > 0; left -= 1) {
      const id = reader.uint(reader.version === 0 ? 2 : 4);
      const properties = described.get(id) ?? new Map<string, Buffer>();
      described.set(id, properties);
      for (let count = reader.uint(1); count > 0; count -= 1) {
        // The first bit says that a property is essential.
        const number = (reader.flags & 1) === 1 ? reader.uint(2) & 0x7fff : reader.uint(1) & 0x7f;
        const property = all[number - 1];
        if (property) properties.set(property.type, bytes.subarray(property.start, property.end));
      }
    }
  }
  return described;
}

interface Reference {
  readonly kind: string;
  readonly from: number;
  readonly to: readonly number[];
}

function readReferences(bytes: Buffer, iref: Box): Reference[] {
  const { at, version } = new Reader(bytes, iref);
  const size = version === 0 ? 2 : 4;
  return [...boxesIn(bytes, at, iref.end)].map((box) => {
    const reader = new Reader(bytes, box, false);
    const from = reader.uint(size);
    const to = Array.from({ length: reader.uint(2) }, () => reader.uint(size));
    return { kind: box.type, from, to };
  });
}

/** Reads numbers one after another. @throws {RangeError} where the box or the file ends. */
class Reader {
  at: number;
  readonly version: number = 0;
  readonly flags: number = 0;

  /** @param isFull whether the content begins with a version and flags. */
  constructor(
    private readonly bytes: Buffer,
    private readonly box: Box,
    isFull = true,
  ) {
    this.at = box.start;
    if (!isFull) return;
    this.version = this.uint(1);
    this.flags = this.uint(3);
  }

  /** @param size in bytes; nothing is read of none. */
  uint(size: number): number {
    const { at, bytes } = this;
    this.at += size;
    if (this.at > this.box.end) throw new RangeError(`the ${this.box.type} box ends`);
    if (size === 0) return 0;
    return size === 8 ? Number(bytes.readBigUInt64BE(at)) : bytes.readUIntBE(at, size);
  }
}
