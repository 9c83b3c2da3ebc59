import { describe, expect, it } from 'vitest';
import { readBmpHeader } from '../../../src/core/picture-format/bmp-header.js';
import { decodeBmp } from '../../../src/core/picture-format/bmp-pixels.js';
import { bmp, runLengthBomb } from '../../pictures/bytes.js';

interface Made {
  readonly width?: number;
  readonly height?: number;
  readonly bits?: number;
  readonly compression?: number;
  /** Behind the header: masks and colours. */
  readonly between?: readonly number[];
  readonly pixels: readonly number[];
}

/** A BMP with Windows' shortest header, 3 x 2 pixels unless said. */
function make({ width = 3, height = 2, bits = 24, compression = 0, between = [], pixels }: Made): Buffer {
  const head = Buffer.alloc(54);
  head.write('BM', 'latin1');
  head.writeUInt32LE(54 + between.length, 10);
  head.writeUInt32LE(40, 14);
  head.writeInt32LE(width, 18);
  head.writeInt32LE(height, 22);
  head.writeUInt16LE(1, 26);
  head.writeUInt16LE(bits, 28);
  head.writeUInt32LE(compression, 30);
  return Buffer.concat([head, Buffer.from(between), Buffer.from(pixels)]);
}

const RED = [255, 0, 0];
const GREEN = [0, 255, 0];
const BLUE = [0, 0, 255];
const BLACK = [0, 0, 0];
/** Red in the corner at the top left, green beside it, blue below: rows from the bottom. */
const SEEN = [...RED, ...GREEN, ...BLACK, ...BLUE, ...BLACK, ...BLACK];
/** Blue first, and a byte for nothing: black, red, green, blue. */
const COLOURS = [0, 0, 0, 0, 0, 0, 255, 0, 0, 255, 0, 0, 255, 0, 0, 0];
const uint32 = (...values: number[]): number[] => {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => bytes.writeUInt32LE(value, index * 4));
  return [...bytes];
};
const sixteen = (index: number): number[] => [...COLOURS, ...new Array<number>(64 - 16).fill(index)];

/** All 256 colours, the first four of them as in `COLOURS`. */
const allColours = (): number[] => [...COLOURS, ...new Array<number>(1024 - 16).fill(9)];

describe('decodeBmp', () => {
  it.each<[string, Made]>([
    ['24 bits', { pixels: [255, 0, 0, 0, 0, 0, 0, 0, 0, 9, 9, 9, 0, 0, 255, 0, 255, 0, 0, 0, 0, 9, 9, 9] }],
    [
      '24 bits without the last filling',
      { pixels: [255, 0, 0, 0, 0, 0, 0, 0, 0, 9, 9, 9, 0, 0, 255, 0, 255, 0, 0, 0, 0] },
    ],
    [
      'rows from the top',
      { height: -2, pixels: [0, 0, 255, 0, 255, 0, 0, 0, 0, 9, 9, 9, 255, 0, 0, 0, 0, 0, 0, 0, 0, 9, 9, 9] },
    ],
    [
      '32 bits, whatever is in the fourth byte',
      { bits: 32, pixels: uint32(0x0000ff, 0, 0, 0xffff0000, 0x7f00ff00, 0) },
    ],
    [
      '32 bits with masks',
      {
        bits: 32,
        compression: 3,
        between: uint32(0xff, 0xff00, 0xff0000),
        pixels: uint32(0xff0000, 0, 0, 0xff, 0xff00, 0),
      },
    ],
    ['16 bits', { bits: 16, pixels: [0x1f, 0, 0, 0, 0, 0, 9, 9, 0, 0x7c, 0xe0, 0x03, 0, 0, 9, 9] }],
    [
      '16 bits with masks',
      {
        bits: 16,
        compression: 3,
        between: uint32(0xf800, 0x07e0, 0x1f),
        pixels: [0x1f, 0, 0, 0, 0, 0, 9, 9, 0, 0xf8, 0xe0, 0x07, 0, 0, 9, 9],
      },
    ],
    ['8 bits', { bits: 8, between: COLOURS, pixels: [3, 0, 0, 9, 1, 2, 0, 9] }],
    // An odd width: bmp-ts 1.0.9 ends here after the first row.
    ['4 bits', { bits: 4, between: sixteen(0), pixels: [0x30, 0x00, 9, 9, 0x12, 0x00, 9, 9] }],
    [
      '8 bits in runs',
      { bits: 8, compression: 1, between: COLOURS, pixels: [1, 3, 2, 0, 0, 0, 0, 3, 1, 2, 0, 0, 0, 1] },
    ],
    [
      'runs that pass over pixels',
      { bits: 8, compression: 1, between: COLOURS, pixels: [1, 3, 0, 2, 0, 0, 0, 0, 1, 1, 1, 2, 0, 1] },
    ],
    [
      'runs without an end',
      { bits: 8, compression: 1, between: COLOURS, pixels: [1, 3, 2, 0, 0, 0, 1, 1, 1, 2, 1, 0] },
    ],
    [
      '4 bits in runs',
      { bits: 4, compression: 2, between: sixteen(0), pixels: [1, 0x30, 2, 0, 0, 0, 3, 0x12, 0, 1] },
    ],
  ])('reads %s', (name, made) => {
    const { data, width, height } = decodeBmp(make(made));
    expect([width, height]).toEqual([3, 2]);
    // A run of 4 bits repeats its two colours.
    expect([...data]).toEqual(
      name === '4 bits in runs' ? [...RED, ...GREEN, ...RED, ...BLUE, ...BLACK, ...BLACK] : SEEN,
    );
  });

  it('reads one bit a pixel, and the header of OS/2', () => {
    const bytes = Buffer.alloc(26 + 6 + 8);
    bytes.write('BM', 'latin1');
    bytes.writeUInt32LE(32, 10);
    bytes.writeUInt32LE(12, 14);
    bytes.writeUInt16LE(9, 18);
    bytes.writeUInt16LE(2, 20);
    bytes.writeUInt16LE(1, 24);
    bytes.set([0, 0, 0, 0, 0, 255, 0b01000000, 0b10000000, 0, 0, 0b10000000, 0, 0, 0], 26);
    bytes[22] = 1;
    const { data, width, height } = decodeBmp(bytes);
    expect([width, height]).toEqual([9, 2]);
    const red = Array.from({ length: 18 }, (_, index) => data[index * 3] === 255);
    expect(red.flatMap((is, index) => (is ? [index] : []))).toEqual([0, 10, 17]);
  });

  it.each<[string, Made, number]>([
    ['forgets the palette', { bits: 8, between: allColours(), pixels: [3, 0, 0, 9, 1, 2, 0, 9] }, 54],
    ['is 0', { bits: 8, between: allColours(), pixels: [3, 0, 0, 9, 1, 2, 0, 9] }, 0],
    ['is inside the palette', { bits: 8, between: allColours(), pixels: [3, 0, 0, 9, 1, 2, 0, 9] }, 58],
    [
      'forgets the masks',
      {
        bits: 32,
        compression: 3,
        between: uint32(0xff, 0xff00, 0xff0000),
        pixels: uint32(0xff0000, 0, 0, 0xff, 0xff00, 0),
      },
      54,
    ],
    [
      'forgets the palette of runs',
      { bits: 8, compression: 1, between: allColours(), pixels: [1, 3, 2, 0, 0, 0, 0, 3, 1, 2, 0, 0, 0, 1] },
      54,
    ],
  ])('reads pixels whose offset %s from where they are', (_, made, offset) => {
    const bytes = make(made);
    bytes.writeUInt32LE(offset, 10);
    expect([...decodeBmp(bytes).data]).toEqual(SEEN);
  });

  it('refuses pixels that begin inside the palette and have colours that are not there, instead of black', () => {
    const bytes = make({ bits: 8, between: COLOURS, pixels: [3, 0, 0, 9, 1, 2, 0, 9, 0] });
    bytes.writeUInt32LE(54 + 12, 10);
    expect(() => decodeBmp(bytes)).toThrow(expect.objectContaining({ code: 'CORRUPT' }));
  });

  it('paints nothing outside, whatever the runs say', () => {
    const wild = [255, 3, 255, 3, 0, 2, 255, 255, 255, 1, 0, 1];
    const { data } = decodeBmp(make({ bits: 8, compression: 1, between: COLOURS, pixels: wild }));
    expect([...data]).toEqual([...BLACK, ...BLACK, ...BLACK, ...BLUE, ...BLUE, ...BLUE]);
  });
});

describe('readBmpHeader', () => {
  const whole = make({ pixels: new Array<number>(24).fill(0) });
  const changed = (at: number, value: number): Buffer => {
    const bytes = Buffer.from(whole);
    bytes.writeUInt32LE(value, at);
    return bytes;
  };

  it.each<[string, Buffer, string]>([
    ['a header that is cut', whole.subarray(0, 40), 'TRUNCATED'],
    ['pixels that are cut', whole.subarray(0, 70), 'TRUNCATED'],
    ['pixels behind the end', changed(10, 0xffffffff), 'TRUNCATED'],
    ['pixels inside the header', changed(10, 20), 'CORRUPT'],
    ['no width', changed(18, 0), 'CORRUPT'],
    ['a width below zero', changed(18, 0xffffffff), 'CORRUPT'],
    ['no height', changed(22, 0), 'CORRUPT'],
    ['the largest sides', Buffer.concat([changed(18, 0x7fffffff)]), 'TRUNCATED'],
    ['an odd depth', changed(28, 7), 'UNSUPPORTED_FORMAT'],
    ['a JPEG inside', changed(30, 4), 'UNSUPPORTED_FORMAT'],
    ['runs of 24 bits', changed(30, 1), 'UNSUPPORTED_FORMAT'],
    ['masks that are cut', make({ bits: 32, compression: 3, pixels: [] }), 'TRUNCATED'],
  ])('refuses %s', (_, bytes, code) => {
    expect(() => readBmpHeader(bytes)).toThrow(expect.objectContaining({ code }));
  });

  it('gives the size of a bomb without making room for it', () => {
    expect(readBmpHeader(runLengthBomb(30_000, 30_000))).toMatchObject({ width: 30_000, height: 30_000 });
    expect(readBmpHeader(bmp())).toMatchObject({ width: 2, height: 2, bits: 24, pixelsAt: 54 });
  });
});
