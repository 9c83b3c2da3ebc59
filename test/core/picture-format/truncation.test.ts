import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { findGifTruncation } from '../../../src/core/picture-format/gif.js';
import { findIsoMediaTruncation } from '../../../src/core/picture-format/iso-media.js';
import { findJpegTruncation, hasEnd, withEnd } from '../../../src/core/picture-format/jpeg.js';
import { findPngTruncation } from '../../../src/core/picture-format/png.js';
import { findTiffOverlap, findTiffTruncation } from '../../../src/core/picture-format/tiff.js';
import { findWebpTruncation, withoutLastBytes } from '../../../src/core/picture-format/webp.js';
import { tiffOfOverlappingDirectories } from '../../pictures/bombs.js';
import { encoded } from '../../pictures/made-picture.js';
import { isoBox, jpegSegment, pngHeader, zeroTail } from '../../pictures/bytes.js';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(/\s/g, ''), 'hex');

const hexOf = (offset: number): string => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(offset);
  return bytes.toString('hex');
};

const SOI = hex('ffd8');
const EOI = hex('ffd9');
const SOS = jpegSegment(0xda, hex('01 01 00 00 3f 00'));
const DHT = jpegSegment(0xc4, Buffer.alloc(20));
/** Entropy-coded bytes with a stuffed FF, two restart markers and a fill byte. */
const SCAN = hex('12 ff00 34 ffd0 56 ffd7 78 ff00');
const JPEG = Buffer.concat([SOI, DHT, SOS, SCAN, EOI]);

describe('findJpegTruncation', () => {
  const exif = jpegSegment(0xe1, Buffer.concat([Buffer.from('Exif\0\0'), JPEG]));
  it.each([
    ['one scan', JPEG],
    ['several scans', Buffer.concat([SOI, DHT, SOS, SCAN, DHT, SOS, SCAN, SOS, SCAN, EOI])],
    ['a thumbnail in EXIF', Buffer.concat([SOI, exif, DHT, SOS, SCAN, EOI])],
    ['fill bytes before markers', Buffer.concat([SOI, hex('ffff'), DHT, SOS, SCAN, hex('ff'), EOI])],
    ['stray bytes between segments', Buffer.concat([SOI, hex('000102'), DHT, SOS, SCAN, EOI])],
    ['a preview behind it', Buffer.concat([JPEG, JPEG.subarray(0, -5)])],
    ['zeros behind it', Buffer.concat([JPEG, Buffer.alloc(9999)])],
    ['a movie behind it', Buffer.concat([JPEG, isoBox('ftyp', Buffer.from('mp42'))])],
  ])('passes %s', (_, bytes) => {
    expect(findJpegTruncation(bytes)).toBeUndefined();
    expect(hasEnd(bytes)).toBe(true);
  });

  it.each([
    ['no end marker', JPEG.subarray(0, -2)],
    ['half an end marker', JPEG.subarray(0, -1)],
    ['a zero-filled end', zeroTail(JPEG, 0.8)],
    ['a thumbnail and a cut scan', Buffer.concat([SOI, exif, DHT, SOS, SCAN])],
    ['a cut second scan', Buffer.concat([SOI, DHT, SOS, SCAN, DHT, SOS, SCAN])],
    ['an end marker inside the scan header', Buffer.concat([SOI, jpegSegment(0xda, EOI), SCAN])],
  ])('leaves it to the rows whether %s is a cut', (_, bytes) => {
    expect(findJpegTruncation(bytes)).toBeUndefined();
    expect(hasEnd(bytes)).toBe(false);
    expect(hasEnd(withEnd(bytes))).toBe(true);
  });

  it.each([
    ['the end of the thumbnail alone', Buffer.concat([SOI, exif])],
    ['a cut header', SOI],
    ['a cut scan header', Buffer.concat([SOI, DHT, SOS.subarray(0, -2)])],
    ['nothing behind the scan header', Buffer.concat([SOI, DHT, SOS])],
    ['a segment longer than the file', Buffer.concat([SOI, hex('ffe1ffff'), EOI])],
    ['tables alone', Buffer.concat([SOI, DHT, EOI])],
  ])('finds %s', (_, bytes) => {
    expect(findJpegTruncation(bytes)).toMatch(/JPEG/);
    expect(hasEnd(bytes)).toBe(false);
  });

  it('takes linear time over scan after empty scan', () => {
    const empty = hex('ffda0002');
    const many = Buffer.concat([SOI, ...Array.from({ length: 200_000 }, () => empty), EOI]);
    expect(hasEnd(many)).toBe(true);
  });
});

describe('withEnd', () => {
  it.each([
    ['no marker', '12 34', '12 34 ffd9'],
    ['half a marker', '12 34 ff', '12 34 ff ffd9'],
    ['zeros', '12 34 00 00 00', '12 34 ffd9'],
    ['a stuffed FF and zeros', '12 ff00 00 00', '12 ff00 ffd9'],
  ])('puts the marker where there is %s', (_, file, ended) => {
    expect(withEnd(hex(file))).toEqual(hex(ended));
  });
});

describe('findPngTruncation', () => {
  const png = pngHeader(2, 2);
  it('passes a whole file and bytes behind it', () => {
    expect(findPngTruncation(png)).toBeUndefined();
    expect(findPngTruncation(Buffer.concat([png, Buffer.alloc(50, 7)]))).toBeUndefined();
  });

  it.each([8, 20, 33, 40, png.length - 13, png.length - 12, png.length - 1])('finds a cut at %i', (at) => {
    expect(findPngTruncation(png.subarray(0, at))).toMatch(/PNG/);
  });

  it('finds zeros where a chunk should be, but leaves rubbish to the decoder', () => {
    expect(findPngTruncation(zeroTail(png, 33 / png.length))).toMatch(/zero/);
    const rubbish = Buffer.from(png).fill(0x31, 33);
    expect(findPngTruncation(rubbish)).toBeUndefined();
  });
});

describe('findGifTruncation', () => {
  const screen = Buffer.concat([Buffer.from('GIF89a'), hex('0100 0100 80 00 00'), Buffer.alloc(6)]);
  const extension = hex('21f9 04 00000000 00');
  const image = hex('2c 0000 0000 0100 0100 00 02 02 4401 00');
  const gif = Buffer.concat([screen, extension, image, hex('3b')]);

  it('passes a whole file and bytes behind it', () => {
    expect(findGifTruncation(gif)).toBeUndefined();
    expect(findGifTruncation(Buffer.concat([gif, Buffer.alloc(9)]))).toBeUndefined();
  });

  it.each(Array.from({ length: gif.length - 6 }, (_, i) => i + 6))('finds a cut at %i', (at) => {
    expect(findGifTruncation(gif.subarray(0, at))).toMatch(/GIF/);
  });

  it('finds zeros where a block should be', () => {
    expect(findGifTruncation(Buffer.from(gif).fill(0, screen.length))).toMatch(/zero/);
  });
});

describe('findWebpTruncation', () => {
  const riff = (chunks: Buffer): Buffer => {
    const head = Buffer.from('RIFF\0\0\0\0WEBP');
    head.writeUInt32LE(chunks.length + 4, 4);
    return Buffer.concat([head, chunks]);
  };
  const chunk = (type: string, content: Buffer): Buffer => {
    const head = Buffer.from(`${type}\0\0\0\0`);
    head.writeUInt32LE(content.length, 4);
    return Buffer.concat([head, content, Buffer.alloc(content.length % 2)]);
  };
  const pixels = Buffer.alloc(501, 0x5a);

  it.each([
    ['a plain file', riff(chunk('VP8 ', pixels))],
    ['padding in metadata', riff(Buffer.concat([chunk('VP8L', pixels), chunk('EXIF', Buffer.alloc(3000))]))],
    ['bytes behind it', Buffer.concat([riff(chunk('VP8 ', pixels)), Buffer.alloc(20)])],
  ])('passes %s', (_, bytes) => {
    expect(findWebpTruncation(bytes)).toBeUndefined();
  });

  it.each([
    ['a cut', riff(chunk('VP8 ', pixels)).subarray(0, -1)],
    ['unwritten chunks', riff(Buffer.concat([chunk('ANMF', pixels), Buffer.alloc(400)]))],
  ])('finds %s', (_, bytes) => {
    expect(findWebpTruncation(bytes)).toMatch(/WebP/);
  });
});

describe('findIsoMediaTruncation', () => {
  const ftyp = isoBox('ftyp', Buffer.from('avif\0\0\0\0mif1'));
  const meta = isoBox('meta', Buffer.alloc(40, 1));
  const mdat = isoBox('mdat', Buffer.alloc(9000, 0x5a));

  it.each([
    ['data behind the index', [ftyp, meta, mdat]],
    ['data before the index', [ftyp, mdat, meta]],
    ['data inside the index', [ftyp, isoBox('meta', isoBox('idat', Buffer.alloc(20, 1)))]],
    ['a box that runs to the end', [ftyp, meta, Buffer.from('\0\0\0\0mdat pixels')]],
    ['a 64-bit size', [ftyp, meta, Buffer.from('\0\0\0\x01mdat\0\0\0\0\0\0\0\x12ab', 'latin1')]],
    ['zeros behind it', [ftyp, meta, mdat, Buffer.alloc(100)]],
  ])('passes %s', (_, boxes) => {
    expect(findIsoMediaTruncation(Buffer.concat(boxes), 'AVIF')).toBeUndefined();
  });

  it.each([
    ['cut data', Buffer.concat([ftyp, meta, mdat]).subarray(0, -1)],
    ['a cut box header', Buffer.concat([ftyp, meta, mdat.subarray(0, 6)])],
    ['no data', Buffer.concat([ftyp, meta])],
    ['no index', Buffer.concat([ftyp, mdat])],
    ['an index that was never written', zeroTail(Buffer.concat([ftyp, mdat, meta]), 0.5)],
  ])('finds %s', (_, bytes) => {
    expect(findIsoMediaTruncation(bytes, 'AVIF')).toMatch(/AVIF/);
  });
});

describe('findTiffOverlap', () => {
  it('finds directories and lists of strips that share bytes, in no time', () => {
    expect(findTiffOverlap(tiffOfOverlappingDirectories())).toMatch(/directories/);
    // One page after the other whose lists of strips are the whole file.
    const pages = Array.from({ length: 6 }, (_, i) =>
      hex(`0100 1101 0100 a0000000 00000000 ${i < 5 ? hexOf(8 + 18 * (i + 1)) : '00000000'}`),
    );
    const tiff = Buffer.concat([hex('49492a00 08000000'), ...pages]);
    expect(findTiffOverlap(Buffer.concat([tiff, Buffer.alloc(160 - tiff.length)]))).toMatch(/lists/);
  });

  it('passes pages that share a list', async () => {
    expect(findTiffOverlap(await encoded((image) => image.tiff({ compression: 'lzw' })))).toBeUndefined();
  });
});

describe('withoutLastBytes', () => {
  const typesIn = (webp: Buffer): string[] =>
    [...webp.toString('latin1').matchAll(/VP8[ XL]|ALPH|ANMF|EXIF/g)].map(([type]) => type);

  it('gives nothing for a photo, nor for zeros that are no pixels', async () => {
    const webp = await encoded((image) => image.webp());
    const exif = Buffer.concat([Buffer.from('EXIF\x40\0\0\0', 'latin1'), Buffer.alloc(64)]);
    const more = Buffer.concat([webp, exif]);
    more.writeUInt32LE(more.length - 8, 4);
    for (const bytes of [webp, more]) expect([...withoutLastBytes(bytes)]).toEqual([]);
  });

  it('shortens each stream with zeros, of the first frame alone', async () => {
    const still = await encoded((image) => image.resize(200).ensureAlpha(0.5).webp());
    const frames = await sharp([still, still], { join: { animated: true } })
      .webp({ loop: 0 })
      .toBuffer();
    for (const [bytes, name] of [
      [still, 'still'],
      [frames, 'animated'],
    ] as const) {
      const zeroed = Buffer.from(bytes);
      for (let at = -1; (at = zeroed.indexOf('VP8 ', at + 1, 'latin1')) >= 0;)
        zeroed.fill(0, at + 1000, at + 1100);
      const shortened = [...withoutLastBytes(zeroed)];
      expect(
        shortened.map(({ endsInZeros }) => endsInZeros),
        name,
      ).toEqual([false]);
      expect(typesIn(shortened[0]!.webp)).toEqual(['VP8X', 'ALPH', 'VP8 ']);
    }
  });
});

describe('findTiffTruncation', () => {
  /** Two strips of four bytes, their offsets in a list of their own, and the directory at the end. */
  const tiff = hex(`
    49492a00 20000000   01020304 05060708
    08000000 0c000000   00000000 00000000
    0200
    1101 0400 02000000 10000000
    1701 0300 02000000 04000400
    00000000`);

  it('passes a whole file', () => {
    expect(findTiffTruncation(tiff)).toBeUndefined();
  });

  it.each([8, 20, 33, 40, tiff.length - 1])('finds a cut at %i', (at) => {
    expect(findTiffTruncation(tiff.subarray(0, at))).toMatch(/TIFF/);
  });

  it('finds a strip behind the end of the file', () => {
    const far = Buffer.from(tiff);
    far.writeUInt32LE(tiff.length - 3, 20);
    expect(findTiffTruncation(far)).toMatch(/TIFF holds/);
  });

  it('finds a second page that is missing', () => {
    const linked = Buffer.from(tiff);
    linked.writeUInt32LE(tiff.length, tiff.length - 4);
    expect(findTiffTruncation(linked)).toMatch(/directory/);
  });

  it('ends when the pages form a ring', () => {
    const ring = Buffer.from(tiff);
    ring.writeUInt32LE(32, tiff.length - 4);
    expect(findTiffTruncation(ring)).toBeUndefined();
  });

  it('finds a directory of zeros', () => {
    expect(findTiffTruncation(Buffer.from(tiff).fill(0, 32))).toMatch(/zero/);
  });
});
