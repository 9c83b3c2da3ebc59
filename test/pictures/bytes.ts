import { crc32 } from 'node:zlib';
import { STANDARD_TABLES } from '../../src/core/picture-format/jpeg-standard-tables.js';

/** A JPEG segment with its marker and length. */
export function jpegSegment(marker: number, content: Buffer): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(content.length + 2, 2);
  return Buffer.concat([head, content]);
}

/** Puts bytes right behind the start-of-image marker. */
export function afterSoi(jpeg: Buffer, inserted: Buffer): Buffer {
  return Buffer.concat([jpeg.subarray(0, 2), inserted, jpeg.subarray(2)]);
}

/** A PNG chunk with its length and CRC. */
export function pngChunk(type: string, content: Buffer): Buffer {
  const chunk = Buffer.alloc(12 + content.length);
  chunk.writeUInt32BE(content.length, 0);
  chunk.write(type, 4, 'latin1');
  content.copy(chunk, 8);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, 8 + content.length)), 8 + content.length);
  return chunk;
}

/** An ISO base media box. */
export function isoBox(type: string, content: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + content.length, 0);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, content]);
}

/** The first `share` of the file. */
export function cut(bytes: Buffer, share: number): Buffer {
  return bytes.subarray(0, Math.floor(bytes.length * share));
}

/** The file at its full length, zero from `share` on: what a killed upload into a preallocated file leaves. */
export function zeroTail(bytes: Buffer, share = 0.6): Buffer {
  const copy = Buffer.from(bytes);
  return copy.fill(0, Math.floor(bytes.length * share));
}

/** The file with `count` bytes of its middle missing. */
export function withHole(bytes: Buffer, count: number): Buffer {
  const middle = Math.floor(bytes.length / 2);
  return Buffer.concat([bytes.subarray(0, middle), bytes.subarray(middle + count)]);
}

/** The file with some bits of its middle turned over. */
export function flipped(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  for (let i = 0; i < 20; i += 1) {
    const at = Math.floor(bytes.length / 2) + i * 7;
    copy.writeUInt8(copy.readUInt8(at) ^ 0x5a, at);
  }
  return copy;
}

/** Headers of a colour JPEG of the given size, and an empty scan. */
export function jpegHeader(width: number, height: number): Buffer {
  const frame = Buffer.from([8, 0, 0, 0, 0, 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0]);
  frame.writeUInt16BE(height, 1);
  frame.writeUInt16BE(width, 3);
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    jpegSegment(0xdb, Buffer.alloc(65, 1).fill(0, 0, 1)),
    jpegSegment(0xc0, frame),
    jpegSegment(0xda, Buffer.from([3, 1, 0, 2, 0, 3, 0, 0, 63, 0])),
    Buffer.from([0xff, 0xd9]),
  ]);
}

/** Codes of the sizes 0 to 8 in T.81's table for luminance (K.3), and of the end of a block (K.5). */
const DC_CODES = ['00', '010', '011', '100', '101', '110', '1110', '11110', '111110'];
const END_OF_BLOCK = '1010';

/** A grey JPEG of 8 x 8 even blocks, with a restart marker behind each row of them. It uses the standard tables. */
export function withRestarts(): Buffer {
  const row = (y: number): string => {
    const levels = Array.from({ length: 8 }, (_, x) => ((x * 37 + y * 53) % 200) - 100);
    const codes = levels.map((level, x) => {
      const step = level - (levels[x - 1] ?? 0);
      const size = Math.abs(step).toString(2).length * Math.sign(Math.abs(step));
      const value = step < 0 ? step + 2 ** size - 1 : step;
      return `${DC_CODES[size]}${size === 0 ? '' : value.toString(2).padStart(size, '0')}${END_OF_BLOCK}`;
    });
    return codes.join('');
  };
  const rows = Array.from({ length: 8 }, (_, y) => {
    const bits = row(y);
    const octets = bits.padEnd(Math.ceil(bits.length / 8) * 8, '1').match(/.{8}/g) ?? [];
    const data = octets
      .map((octet) => parseInt(octet, 2))
      .flatMap((byte) => (byte === 0xff ? [byte, 0] : [byte]));
    return Buffer.from(y < 7 ? [...data, 0xff, 0xd0 + y] : data);
  });
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    jpegSegment(0xdb, Buffer.alloc(65, 8).fill(0, 0, 1)),
    jpegSegment(0xc0, Buffer.from([8, 0, 64, 0, 64, 1, 1, 0x11, 0])),
    jpegSegment(0xc4, STANDARD_TABLES),
    jpegSegment(0xdd, Buffer.from([0, 8])),
    jpegSegment(0xda, Buffer.from([1, 1, 0, 0, 63, 0])),
    ...rows,
    Buffer.from([0xff, 0xd9]),
  ]);
}

/** Puts bytes in front of each restart marker. */
export function beforeRestarts(jpeg: Buffer, inserted: Buffer): Buffer {
  const parts = jpeg.toString('latin1').split(/(?=\xff[\xd0-\xd7])/);
  return Buffer.from(parts.join(inserted.toString('latin1')), 'latin1');
}

/** A JPEG without its Huffman tables, as frames of Motion JPEG come. */
export function withoutTables(jpeg: Buffer): Buffer {
  return withoutSegments(jpeg, [0xc4]);
}

/** A JPEG without the segments of these markers in front of its first scan. */
export function withoutSegments(jpeg: Buffer, markers: readonly number[]): Buffer {
  const parts = [jpeg.subarray(0, 2)];
  let at = 2;
  for (let end: number; jpeg[at + 1] !== 0xda; at = end) {
    end = at + 2 + jpeg.readUInt16BE(at + 2);
    if (!markers.includes(jpeg.readUInt8(at + 1))) parts.push(jpeg.subarray(at, end));
  }
  return Buffer.concat([...parts, jpeg.subarray(at)]);
}

/** An RGB PNG of the given size with no pixels in it. */
export function pngHeader(width: number, height: number): Buffer {
  return pngFile(pngHeaderChunk(width, height, 8, 2, false), Buffer.alloc(0));
}

/** The content of an IHDR chunk. */
export function pngHeaderChunk(
  width: number,
  height: number,
  depth: number,
  type: number,
  interlaced: boolean,
): Buffer {
  const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, depth, type, 0, 0, interlaced ? 1 : 0]);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  return header;
}

export function pngFile(header: Buffer, pixels: Buffer): Buffer {
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    pngChunk('IHDR', header),
    pngChunk('IDAT', pixels),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

/** A 2 x 2 BMP. */
export function bmp(): Buffer {
  const bytes = Buffer.alloc(70);
  bytes.write('BM', 'latin1');
  bytes.writeUInt32LE(70, 2);
  bytes.writeUInt32LE(54, 10);
  bytes.writeUInt32LE(40, 14);
  bytes.writeInt32LE(2, 18);
  bytes.writeInt32LE(2, 22);
  bytes.writeUInt16LE(1, 26);
  bytes.writeUInt16LE(24, 28);
  return bytes;
}

/** A BMP whose 62 bytes say that they are a large picture of one colour. */
export function runLengthBomb(width: number, height: number): Buffer {
  const bytes = Buffer.concat([bmp().subarray(0, 54), Buffer.from([1, 2, 3, 0, 2, 0, 0, 1])]);
  bytes.writeUInt32LE(58, 10);
  bytes.writeInt32LE(width, 18);
  bytes.writeInt32LE(height, 22);
  bytes.writeUInt16LE(8, 28);
  bytes.writeUInt32LE(1, 30);
  bytes.writeUInt32LE(1, 46);
  return bytes;
}

/** What a phone's HEIC photo starts with. */
export function heic(): Buffer {
  return Buffer.concat([
    isoBox('ftyp', Buffer.from('heic\0\0\0\0mif1MiHEheic', 'latin1')),
    isoBox('meta', Buffer.alloc(64)),
    isoBox('mdat', Buffer.alloc(256, 0x5a)),
  ]);
}
