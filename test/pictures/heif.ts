import { readFileSync } from 'node:fs';
import path from 'node:path';
import { repository } from '../shared.js';
import { isoBox } from './bytes.js';

/** A HEIC of one item, 384 x 288 as stored. */
export const TURNED_HEIC = readFileSync(path.join(repository, 'fixtures/formats/astronaut-turned.heic'));
const TILE = { width: 384, height: 288 };

const number = (size: number, value: number): Buffer => {
  const bytes = Buffer.alloc(size);
  bytes.writeUIntBE(value, 0, size);
  return bytes;
};

const fullBox = (type: string, version: number, ...content: readonly Buffer[]): Buffer =>
  isoBox(type, Buffer.concat([number(1, version), number(3, 0), ...content]));

export interface MadeItem {
  readonly type: string;
  readonly data: Buffer;
  /** Whole boxes. */
  readonly properties?: readonly Buffer[];
  readonly parts?: readonly number[];
  /** Which item it is an auxiliary of. */
  readonly auxiliaryOf?: number;
}

/**
 * A HEIF file of items numbered from 1, which is the main one. Data and properties that items share are written once. The
 * box of the data runs to the end of the file: nothing but the index says how much there is.
 */
export function heifFile(items: readonly MadeItem[], brands = 'heic\0\0\0\0mif1heic'): Buffer {
  const ftyp = isoBox('ftyp', Buffer.from(brands, 'latin1'));
  const places = new Map<Buffer, number>();
  let length = 0;
  for (const { data } of items) {
    if (!places.has(data)) {
      places.set(data, length);
      length += data.length;
    }
  }
  const meta = (dataAt: number): Buffer =>
    fullBox('meta', 0, ...index(items, (data) => dataAt + (places.get(data) ?? 0)));
  const dataAt = ftyp.length + meta(0).length + 8;
  return Buffer.concat([ftyp, meta(dataAt), Buffer.from('\0\0\0\0mdat'), ...places.keys()]);
}

function index(items: readonly MadeItem[], placeOf: (data: Buffer) => number): Buffer[] {
  const count = number(2, items.length);
  const properties = [...new Set(items.flatMap((item) => item.properties ?? []))];
  const associations = items.map((item, i) => {
    const own = (item.properties ?? []).map((property) => number(1, properties.indexOf(property) + 1));
    return Buffer.concat([number(2, i + 1), number(1, own.length), ...own]);
  });
  const reference = (type: string, from: number, to: readonly number[]): Buffer =>
    isoBox(type, Buffer.concat([number(2, from), number(2, to.length), ...to.map((id) => number(2, id))]));
  const references = items.flatMap(({ parts, auxiliaryOf }, i) => [
    ...(parts ? [reference('dimg', i + 1, parts)] : []),
    ...(auxiliaryOf === undefined ? [] : [reference('auxl', i + 1, [auxiliaryOf])]),
  ]);
  return [
    fullBox('hdlr', 0, Buffer.from('\0\0\0\0pict'), Buffer.alloc(13)),
    fullBox('pitm', 0, number(2, 1)),
    fullBox(
      'iloc',
      0,
      Buffer.from([0x44, 0]),
      count,
      ...items.map(({ data }, i) =>
        Buffer.concat([
          number(2, i + 1),
          number(2, 0),
          number(2, 1),
          number(4, placeOf(data)),
          number(4, data.length),
        ]),
      ),
    ),
    fullBox(
      'iinf',
      0,
      count,
      ...items.map(({ type }, i) =>
        fullBox('infe', 2, number(2, i + 1), number(2, 0), Buffer.from(`${type}\0`, 'latin1')),
      ),
    ),
    ...(references.length > 0 ? [fullBox('iref', 0, ...references)] : []),
    isoBox(
      'iprp',
      Buffer.concat([
        isoBox('ipco', Buffer.concat(properties)),
        fullBox('ipma', 0, number(4, items.length), ...associations),
      ]),
    ),
  ];
}

const sizeProperty = (width: number, height: number): Buffer =>
  fullBox('ispe', 0, number(4, width), number(4, height));

/** The picture of the fixture as an item, or as a tile. */
export function hevcItem(): MadeItem {
  const configAt = TURNED_HEIC.indexOf('hvcC', 0, 'latin1') - 4;
  const config = TURNED_HEIC.subarray(configAt, configAt + TURNED_HEIC.readUInt32BE(configAt));
  const dataAt = TURNED_HEIC.indexOf('mdat', 0, 'latin1') + 4;
  // Its first unit is the whole picture; EXIF follows.
  const data = TURNED_HEIC.subarray(dataAt, dataAt + 4 + TURNED_HEIC.readUInt32BE(dataAt));
  return { type: 'hvc1', data, properties: [config, sizeProperty(TILE.width, TILE.height)] };
}

/** A grid whose tiles are all the same picture, as one item each. */
export function heicGrid(columns: number, rows: number): Buffer {
  const [width, height] = [columns * TILE.width, rows * TILE.height];
  const tile = hevcItem();
  const tiles = Array.from({ length: columns * rows }, () => tile);
  const data = Buffer.concat([
    Buffer.from([0, 1, rows - 1, columns - 1]),
    number(4, width),
    number(4, height),
  ]);
  const parts = tiles.map((_, i) => i + 2);
  return heifFile([{ type: 'grid', data, parts, properties: [sizeProperty(width, height)] }, ...tiles]);
}
