import { ImageError } from '../../errors.js';
import type { Raster } from '../../types.js';
import { bmpStride, readBmpHeader, type BmpHeader } from './bmp-header.js';

/**
 * Decodes a BMP file. Opacity, where there is any, is not looked at: programs that write it fill it with zeros as often
 * as not. Its size must have been checked before: a short file may stand for many pixels.
 *
 * @throws {ImageError} as `readBmpHeader`.
 */
export function decodeBmp(bytes: Buffer): Raster {
  const header = readBmpHeader(bytes);
  const { width, height, bits } = header;
  const data = Buffer.alloc(width * height * 3);
  if (bits <= 8) {
    const indices = indicesOf(bytes, header);
    requireColours(indices, header);
    paint(indices, paletteOf(bytes, header), data);
  } else {
    const readRow = bits === 24 ? readBgrRow : maskedRowReader(header);
    for (let y = 0; y < height; y++) readRow(bytes, rowStart(header, y), width, data, y * width * 3);
  }
  return { data, width, height };
}

/** Where the row is that is seen as number `y` from the top. */
function rowStart(header: BmpHeader, y: number): number {
  return header.pixelsAt + bmpStride(header) * (header.topDown ? y : header.height - 1 - y);
}

type ReadRow = (bytes: Buffer, from: number, width: number, data: Buffer, to: number) => void;

const readBgrRow: ReadRow = (bytes, from, width, data, to) => {
  for (let at = 0; at < width * 3; at += 3) {
    data[to + at] = bytes[from + at + 2] ?? 0;
    data[to + at + 1] = bytes[from + at + 1] ?? 0;
    data[to + at + 2] = bytes[from + at] ?? 0;
  }
};

/** Of pixels with 16 or 32 bits: each channel's bits, stretched to 0..255. */
function maskedRowReader({ bits, masks }: BmpHeader): ReadRow {
  const channels = masks.map((mask) => {
    const shift = mask === 0 ? 0 : 31 - Math.clz32(mask & -mask);
    return { mask, shift, largest: Math.max(1, mask >>> shift) };
  });
  const pixelBytes = bits / 8;
  return (bytes, from, width, data, to) => {
    for (let x = 0; x < width; x++) {
      const at = from + x * pixelBytes;
      const pixel = bits === 16 ? bytes.readUInt16LE(at) : bytes.readUInt32LE(at);
      for (const [index, { mask, shift, largest }] of channels.entries()) {
        data[to + x * 3 + index] = Math.round((((pixel & mask) >>> shift) * 255) / largest);
      }
    }
  };
}

/** @throws {ImageError} CORRUPT where the pixels begin inside the palette and have a colour behind that. */
function requireColours(indices: Buffer, { palette, pixelsAt }: BmpHeader): void {
  const held = Math.floor((pixelsAt - palette.at) / palette.entryBytes);
  if (held < palette.count && indices.some((index) => index >= held))
    throw new ImageError('CORRUPT', 'the pixels of the BMP begin inside its palette');
}

/** Red, green, blue of each colour; what the file does not hold is black. */
function paletteOf(bytes: Buffer, { palette, pixelsAt }: BmpHeader): Buffer {
  const colours = Buffer.alloc(256 * 3);
  for (let index = 0; index < palette.count; index++) {
    const at = palette.at + index * palette.entryBytes;
    if (at + 3 > pixelsAt) break;
    for (let channel = 0; channel < 3; channel++) colours[index * 3 + channel] = bytes[at + 2 - channel] ?? 0;
  }
  return colours;
}

function paint(indices: Buffer, colours: Buffer, data: Buffer): void {
  for (let at = 0; at < indices.length; at++) {
    const colour = (indices[at] ?? 0) * 3;
    data[at * 3] = colours[colour] ?? 0;
    data[at * 3 + 1] = colours[colour + 1] ?? 0;
    data[at * 3 + 2] = colours[colour + 2] ?? 0;
  }
}

/** One byte a pixel, rows from the top. */
function indicesOf(bytes: Buffer, header: BmpHeader): Buffer {
  if (header.coding === 'rle') return indicesOfRuns(bytes, header);
  const { width, height, bits } = header;
  const indices = Buffer.alloc(width * height);
  const perByte = 8 / bits;
  const mask = 2 ** bits - 1;
  for (let y = 0; y < height; y++) {
    const from = rowStart(header, y);
    for (let x = 0; x < width; x++) {
      const byte = bytes[from + Math.floor(x / perByte)] ?? 0;
      indices[y * width + x] = (byte >> (8 - bits * ((x % perByte) + 1))) & mask;
    }
  }
  return indices;
}

/** What the first byte 0 is followed by: the second one says. From 3 on it is the number of pixels that follow. */
const END_OF_LINE = 0;
const END_OF_PICTURE = 1;
const MOVE = 2;

/**
 * Run lengths (BI_RLE8 and BI_RLE4). Every step takes two bytes or more of the file and paints 255 pixels at most; what
 * would be painted outside is left out. Pixels that are passed over have the first colour.
 *
 * @throws {ImageError} TRUNCATED.
 */
function indicesOfRuns(bytes: Buffer, { width, height, bits, topDown, pixelsAt }: BmpHeader): Buffer {
  const indices = Buffer.alloc(width * height);
  let [x, line, at] = [0, 0, pixelsAt];
  const next = (): number => {
    const byte = bytes[at++];
    if (byte === undefined) throw new ImageError('TRUNCATED', 'the BMP ends inside its pixels');
    return byte;
  };
  const put = (index: number): void => {
    if (x < width && line < height) indices[(topDown ? line : height - 1 - line) * width + x] = index;
    x += 1;
  };
  const nibble = (byte: number, position: number): number => (position % 2 === 0 ? byte >> 4 : byte & 15);
  // A writer may leave out the end of the picture behind its last line.
  while (line < height && !(line === height - 1 && x >= width && at >= bytes.length)) {
    const [count, value] = [next(), next()];
    if (count > 0) {
      for (let done = 0; done < count; done++) put(bits === 8 ? value : nibble(value, done));
    } else if (value === END_OF_LINE) [x, line] = [0, line + 1];
    else if (value === END_OF_PICTURE) break;
    else if (value === MOVE) [x, line] = [x + next(), line + next()];
    else {
      const start = at;
      let byte = 0;
      for (let done = 0; done < value; done++) {
        if (bits === 8 || done % 2 === 0) byte = next();
        put(bits === 8 ? byte : nibble(byte, done));
      }
      // The pixels are filled up to a whole number of 16 bits.
      at += (at - start) % 2;
    }
  }
  return indices;
}
