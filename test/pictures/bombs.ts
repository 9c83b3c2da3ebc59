import { deflateRawSync } from 'node:zlib';
import sharp from 'sharp';
import { jpegSegment, pngFile, pngHeaderChunk } from './bytes.js';
import { encoded, type MadePicture } from './made-picture.js';

/** Small files that would take a decoder a gigabyte or the machine's patience. All are refused from their header. */
export async function bombs(): Promise<MadePicture[]> {
  const made: Record<string, Buffer> = {
    'wide.png': pngBomb({ width: 10_000_000, height: 10, depth: 8, type: 0 }),
    'interlaced.png': pngBomb({ width: 10_000, height: 10_000, depth: 16, type: 6, interlaced: true }),
    'progressive.jpg': progressiveJpeg(10_000, 9990),
    'strip.tif': tiffOfOneStrip(10_000, 9990),
    'screen.gif': gifScreen(10_000, 9990),
    'flat.webp': await flatWebp(10_000, 9990),
    'flat.avif': await avifOfSize(9000, 9000),
  };
  return Object.entries(made).map(([name, bytes]) => ({ name, bytes, expected: 'TOO_LARGE' }));
}

interface PngKind {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  /** Colour type of the IHDR chunk. */
  readonly type: 0 | 6;
  readonly interlaced?: boolean;
}

/** A whole PNG of black pixels. */
function pngBomb({ width, height, depth, type, interlaced = false }: PngKind): Buffer {
  const row = 1 + (width * depth * (type === 6 ? 4 : 1)) / 8;
  // An interlaced picture has 15 rows for every 8, and fewer pixels in each.
  const length = interlaced ? row * height + 2 * height : row * height;
  return pngFile(pngHeaderChunk(width, height, depth, type, interlaced), zlibZeros(length));
}

/** What zlib makes of `length` zero bytes, without the bytes: a block of a megabyte, over and over. */
function zlibZeros(length: number): Buffer {
  const million = 1 << 20;
  const block = deflateRawSync(Buffer.alloc(million), { level: 9, finishFlush: 3 });
  const rest = deflateRawSync(Buffer.alloc(length % million), { level: 9 });
  const adler = Buffer.alloc(4);
  adler.writeUInt16BE(length % 65_521, 0);
  adler.writeUInt16BE(1, 2);
  const blocks = Array.from({ length: Math.floor(length / million) }, () => block);
  return Buffer.concat([Buffer.from([0x78, 0xda]), ...blocks, rest, adler]);
}

/** Headers of a progressive JPEG without subsampling, and an empty scan. */
function progressiveJpeg(width: number, height: number): Buffer {
  const frame = Buffer.from([8, 0, 0, 0, 0, 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0]);
  frame.writeUInt16BE(height, 1);
  frame.writeUInt16BE(width, 3);
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    jpegSegment(0xdb, Buffer.alloc(65, 1).fill(0, 0, 1)),
    jpegSegment(0xc2, frame),
    jpegSegment(0xda, Buffer.from([3, 1, 0, 2, 0, 3, 0, 0, 0, 0])),
    Buffer.from([0xff, 0xd9]),
  ]);
}

/** An RGBA TIFF of 16 bits a sample whose one strip is all of it; the pixels are not there. */
function tiffOfOneStrip(width: number, height: number): Buffer {
  const [short, long] = [3, 4];
  const strip = 8;
  const entries = [
    [256, long, 1, width],
    [257, long, 1, height],
    [258, short, 1, 16],
    [259, short, 1, 8],
    [262, short, 1, 2],
    [273, long, 1, strip],
    [277, short, 1, 4],
    [278, long, 1, height],
    [279, long, 1, 16],
    [338, short, 1, 2],
  ] as const;
  const head = Buffer.from('II*\0\x18\0\0\0', 'latin1');
  const directory = Buffer.alloc(2 + 12 * entries.length + 4);
  directory.writeUInt16LE(entries.length, 0);
  entries.forEach(([tag, type, count, value], i) => {
    const at = 2 + 12 * i;
    directory.writeUInt16LE(tag, at);
    directory.writeUInt16LE(type, at + 2);
    directory.writeUInt32LE(count, at + 4);
    directory.writeUInt32LE(value, at + 8);
  });
  return Buffer.concat([head, Buffer.alloc(16, 1), directory]);
}

/** A GIF of one frame as large as its screen, with next to no data. */
function gifScreen(width: number, height: number): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt16LE(width, 0);
  size.writeUInt16LE(height, 2);
  const screen = Buffer.concat([Buffer.from('GIF89a'), size, Buffer.from([0x80, 0, 0]), Buffer.alloc(6)]);
  const frame = Buffer.concat([Buffer.from([0x2c, 0, 0, 0, 0]), size, Buffer.from([0])]);
  return Buffer.concat([screen, frame, Buffer.from([2, 2, 0x44, 1, 0, 0x3b])]);
}

/** Pixels of one colour take no bytes in lossless WebP, so that the size can be written over. */
async function flatWebp(width: number, height: number): Promise<Buffer> {
  const create = { width: 64, height: 64, channels: 3, background: '#5a7' } as const;
  const bytes = await sharp({ create }).webp({ lossless: true }).toBuffer();
  const at = bytes.indexOf('VP8L', 0, 'latin1') + 9;
  const upper = bytes.readUInt32LE(at) & 0xf000_0000;
  bytes.writeUInt32LE((upper | ((height - 1) << 14) | (width - 1)) >>> 0, at);
  return bytes;
}

/** An AVIF whose header gives another size than its pixels have. */
async function avifOfSize(width: number, height: number): Promise<Buffer> {
  const bytes = await encoded((image) => image.resize(64, 64).avif({ effort: 0 }));
  const at = bytes.indexOf('ispe', 0, 'latin1') + 8;
  bytes.writeUInt32BE(width, at);
  bytes.writeUInt32BE(height, at + 4);
  return bytes;
}

/** A TIFF whose directories lie over one another: each has 60,000 entries, the next begins four bytes on. */
export function tiffOfOverlappingDirectories(): Buffer {
  const entries = 60_000;
  const bytes = Buffer.alloc(870_000);
  bytes.write('II*\0\x08\0\0\0', 'latin1');
  for (let at = 8; at + 2 + 12 * entries + 4 < bytes.length; at += 4) {
    bytes.writeUInt16LE(entries, at);
    bytes.writeUInt32LE(at + 4, at + 2 + 12 * entries);
  }
  return bytes;
}
