import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { coverageOf, findZeroBlock } from '../../../src/core/picture-format/jpeg-damage.js';
import { MARKER, scansOf } from '../../../src/core/picture-format/jpeg-headers.js';
import { findLeftover } from '../../../src/core/picture-format/jpeg-leftover.js';
import { repairJpegHeaders } from '../../../src/core/picture-format/jpeg-repair.js';
import { afterSoi, jpegSegment, withHole } from '../../pictures/bytes.js';
import { encoded, FIXTURES } from '../../pictures/made-picture.js';

const END = Buffer.from([0xff, MARKER.EOI]);

let baseline: Buffer;
let progressive: Buffer;
beforeAll(async () => {
  baseline = await encoded((image) => image.jpeg({ optimiseCoding: false }));
  progressive = await encoded((image) => image.jpeg({ progressive: true }));
});

const beforeEnd = (jpeg: Buffer, inserted: Buffer): Buffer =>
  Buffer.concat([jpeg.subarray(0, -2), inserted, jpeg.subarray(-2)]);

const middle = (jpeg: Buffer): number => Math.floor(jpeg.length / 2);

/** JPEGs of every kind that sharp writes, of photos, noise and pictures of one colour. */
async function goodPictures(): Promise<Map<string, Buffer>> {
  const noise = Buffer.from(Array.from({ length: 96 * 80 * 3 }, (_, i) => (i * 7919 * i) % 251));
  const raw = { width: 96, height: 80, channels: 3 } as const;
  const sources = {
    photo: sharp(`${FIXTURES}/home.jpg`).resize(203, 157),
    noise: sharp(noise, { raw }),
    black: sharp(Buffer.alloc(noise.length), { raw }),
    grey: sharp(Buffer.alloc(noise.length, 93), { raw }),
    'large and black': sharp({ create: { width: 1500, height: 1500, channels: 3, background: '#000' } }),
  };
  const made = new Map<string, Buffer>();
  for (const [name, source] of Object.entries(sources)) {
    const pixels = await source.png().toBuffer();
    for (const quality of [1, 40, 80, 100]) {
      for (const progressive of [false, true]) {
        for (const optimiseCoding of [false, true]) {
          for (const space of ['srgb', 'b-w', 'cmyk'] as const) {
            const options = { quality, progressive, optimiseCoding };
            const kind = `${name}, ${space}, ${JSON.stringify(options)}`;
            made.set(kind, await sharp(pixels).toColourspace(space).jpeg(options).toBuffer());
          }
        }
      }
    }
  }
  return made;
}

describe('good pictures', () => {
  it('of every kind have no zero block, nothing left over, nothing missing and nothing to mend', async () => {
    for (const [name, jpeg] of await goodPictures()) {
      const found = {
        zeroBlock: findZeroBlock(jpeg),
        leftover: findLeftover(jpeg)?.count ?? 0,
        coverage: coverageOf(jpeg),
        repaired: repairJpegHeaders(jpeg),
      };
      const coverage = { lacksChannel: false, lacksDetail: false };
      expect([name, found]).toEqual([
        name,
        { zeroBlock: undefined, leftover: 0, coverage, repaired: undefined },
      ]);
    }
  }, 300_000);
});

describe('findLeftover', () => {
  it('counts bytes behind the last block, and sees that they are zero', () => {
    expect(findLeftover(baseline)).toEqual({ count: 0, zero: true });
    expect(findLeftover(beforeEnd(baseline, Buffer.alloc(5)))).toEqual({ count: 5, zero: true });
    expect(findLeftover(beforeEnd(baseline, Buffer.alloc(500, 1)))).toEqual({ count: 500, zero: false });
    expect(findLeftover(beforeEnd(baseline, Buffer.from([0xff, 0xff])))).toEqual({ count: 0, zero: true });
  });

  it('finds bytes that were inserted in the middle', () => {
    const at = middle(baseline);
    const doubled = Buffer.concat([baseline.subarray(0, at), baseline.subarray(at - 3000)]);
    expect(findLeftover(doubled)?.count).toBeGreaterThan(1000);
  });

  it('leaves to libjpeg what libjpeg sees', () => {
    expect(findLeftover(withHole(baseline, 4000))).toBeUndefined();
    expect(findLeftover(progressive)).toBeUndefined();
    expect(findLeftover(END)).toBeUndefined();
  });
});

describe('findZeroBlock', () => {
  it('finds 512 zero bytes inside a scan', () => {
    for (const jpeg of [baseline, progressive]) {
      // In a scan that adds a bit to known coefficients zeros may be right.
      const scan = [...scansOf(jpeg)].find(({ scan, start, end }) => scan.high === 0 && end - start > 4000);
      const from = scan!.start + 1000;
      expect(findZeroBlock(Buffer.from(jpeg).fill(0, from, from + 512))).toMatch(/zero bytes/);
    }
  });

  it('lets them be in front of the scans and behind the picture', () => {
    const exif = jpegSegment(0xe1, Buffer.alloc(4000));
    expect(findZeroBlock(Buffer.concat([afterSoi(baseline, exif), Buffer.alloc(9000)]))).toBeUndefined();
  });
});

describe('coverageOf', () => {
  /** The first `count` scans, with an end. */
  const firstScans = (jpeg: Buffer, count: number): Buffer => {
    const { end } = [...scansOf(jpeg)][count - 1]!;
    return Buffer.concat([jpeg.subarray(0, end), END]);
  };

  it('sees that the last scans of a progressive picture are missing', () => {
    const count = [...scansOf(progressive)].length;
    expect(coverageOf(firstScans(progressive, count - 1))).toEqual({
      lacksChannel: false,
      lacksDetail: true,
    });
    expect(coverageOf(firstScans(progressive, 1))).toMatchObject({ lacksDetail: true });
  });
});

describe('repairJpegHeaders', () => {
  const named = (name: string, ...rest: number[]): Buffer =>
    Buffer.concat([Buffer.from(name), Buffer.from(rest)]);

  it('takes stray bytes out from between segments', () => {
    expect(repairJpegHeaders(afterSoi(baseline, Buffer.alloc(7, 3)))?.equals(baseline)).toBe(true);
  });

  it('gives a known JFIF version and Adobe transform', () => {
    const jfif = (major: number) =>
      afterSoi(baseline, jpegSegment(0xe0, named('JFIF\0', major, 1, 0, 0, 1, 0, 1, 0, 0)));
    expect(repairJpegHeaders(jfif(0))?.equals(jfif(1))).toBe(true);
    const adobe = (transform: number) =>
      afterSoi(baseline, jpegSegment(0xee, named('Adobe', 0, 100, 0, 0, 0, 0, transform)));
    expect(repairJpegHeaders(adobe(9))?.equals(adobe(1))).toBe(true);
    expect(repairJpegHeaders(adobe(0))).toBeUndefined();
  });

  it('gives the scan of a sequential picture its only parameters', () => {
    const [scan] = scansOf(baseline);
    const wrong = Buffer.from(baseline);
    wrong.set([1, 5, 0x11], scan!.start - 3);
    expect(repairJpegHeaders(wrong)?.equals(baseline)).toBe(true);
  });

  it('never touches a scan', () => {
    expect(repairJpegHeaders(beforeEnd(baseline, Buffer.alloc(9, 1)))).toBeUndefined();
  });
});
