import sharp from 'sharp';
import { ASTRONAUT } from './made-picture.js';

/** Field types of TIFF 6.0. */
export type TiffType = 1 | 2 | 3 | 4 | 5 | 7;

const SIZES: Readonly<Record<TiffType, number>> = { 1: 1, 2: 1, 3: 2, 4: 4, 5: 4, 7: 1 };

export interface TiffField {
  readonly tag: number;
  readonly type: TiffType;
  /** Of a rational (5): numerator and denominator in turn. */
  readonly values: readonly number[];
}

/** A page: its fields as they are to stand in the directory, and its pieces of pixels. */
export interface TiffPageParts {
  readonly fields: readonly TiffField[];
  readonly strips: readonly Buffer[];
  /** Pages that this one names as its own (SubIFDs). */
  readonly children?: readonly TiffPageParts[];
}

export const short = (tag: number, ...values: number[]): TiffField => ({ tag, type: 3, values });
export const long = (tag: number, ...values: number[]): TiffField => ({ tag, type: 4, values });
export const ascii = (tag: number, text: string): TiffField => ({
  tag,
  type: 2,
  values: [...Buffer.from(text, 'latin1')],
});

/** Of the tag of the places of strips or tiles: filled in by `tiffFile`. */
const PLACES = [273, 324];
const SUB_IFDS = 330;

/** A TIFF 6.0 file, little-endian, its directories as given: nothing is checked, sorted or made whole. */
export function tiffFile(...pages: readonly TiffPageParts[]): Buffer {
  const parts: Buffer[] = [Buffer.from('II*\0\0\0\0\0', 'latin1')];
  let end = 8;
  const put = (bytes: Buffer): number => {
    const at = end;
    const even = Buffer.concat([bytes, Buffer.alloc(bytes.length % 2)]);
    parts.push(even);
    end += even.length;
    return at;
  };
  const content = ({ type, values }: TiffField): Buffer => {
    const size = SIZES[type];
    const bytes = Buffer.alloc(values.length * size);
    for (const [i, value] of values.entries()) bytes.writeUIntLE(value, i * size, size);
    return bytes;
  };
  const directory = ({ fields, strips, children = [] }: TiffPageParts, next: number): number => {
    const places = strips.map(put);
    const own = children.map((child) => directory(child, 0));
    const entries = fields.map((field) => {
      const values = PLACES.includes(field.tag) ? places : field.tag === SUB_IFDS ? own : field.values;
      const bytes = content({ ...field, values });
      const entry = Buffer.alloc(12);
      entry.writeUInt16LE(field.tag, 0);
      entry.writeUInt16LE(field.type, 2);
      entry.writeUInt32LE(field.type === 5 ? values.length / 2 : values.length, 4);
      if (bytes.length <= 4) bytes.copy(entry, 8);
      else entry.writeUInt32LE(put(bytes), 8);
      return entry;
    });
    const [count, link] = [Buffer.alloc(2), Buffer.alloc(4)];
    count.writeUInt16LE(entries.length);
    link.writeUInt32LE(next);
    return put(Buffer.concat([count, ...entries, link]));
  };
  let first = 0;
  for (const page of pages.toReversed()) first = directory(page, first);
  const file = Buffer.concat(parts);
  file.writeUInt32LE(first, 4);
  return file;
}

export interface PageOptions {
  readonly width: number;
  readonly height: number;
  /** Interleaved samples of `bits` bits, in one strip. */
  readonly data: Buffer;
  readonly channels?: number;
  readonly bits?: number;
  /** TIFF's PhotometricInterpretation. */
  readonly photometric?: number;
  /** Put among the others, or in their place. */
  readonly fields?: readonly TiffField[];
  /** Tags to leave out. */
  readonly without?: readonly number[];
  readonly children?: readonly TiffPageParts[];
}

/** An uncompressed page, RGB of 8 bits unless said. */
export function tiffPage(options: PageOptions): TiffPageParts {
  const { width, height, data, channels = 3, bits = 8, photometric = 2 } = options;
  const { fields = [], without = [], children = [] } = options;
  const usual = [
    long(256, width),
    long(257, height),
    short(258, ...Array.from({ length: channels }, () => bits)),
    short(259, 1),
    short(262, photometric),
    long(273, 0),
    short(277, channels),
    long(278, height),
    long(279, data.length),
    ...(children.length > 0 ? [long(SUB_IFDS)] : []),
  ];
  const all = [...usual.filter(({ tag }) => !fields.some((field) => field.tag === tag)), ...fields]
    .filter(({ tag }) => !without.includes(tag))
    .sort((a, b) => a.tag - b.tag);
  return { fields: all, strips: [data], children };
}

/** The astronaut's red, green and blue. */
export async function astronautSamples(side = 512): Promise<PageOptions> {
  const { data, info } = await sharp(ASTRONAUT)
    .resize(side, side)
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data };
}

/** The samples with more channels behind the colours: each the same one, dark outside the middle. */
export function withChannels({ width, height, data, ...rest }: PageOptions, count: number): PageOptions {
  const channels = 3 + count;
  const more = Buffer.alloc(width * height * channels);
  for (let i = 0; i < width * height; i += 1) {
    data.copy(more, i * channels, i * 3, i * 3 + 3);
    const isMiddle = Math.abs((i % width) - width / 2) < width / 4;
    more.fill(isMiddle ? 255 : 0, i * channels + 3, (i + 1) * channels);
  }
  return { ...rest, width, height, data: more, channels };
}
