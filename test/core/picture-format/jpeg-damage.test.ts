import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { coverageOf, findZeroBlock } from '../../../src/core/picture-format/jpeg-damage.js';
import { MARKER, scansOf } from '../../../src/core/picture-format/jpeg-headers.js';
import { findLeftovers, withoutLeftovers } from '../../../src/core/picture-format/jpeg-leftover.js';
import { repairJpegHeaders } from '../../../src/core/picture-format/jpeg-repair.js';
import {
  afterSoi,
  beforeRestarts,
  jpegSegment,
  withHole,
  withoutTables,
  withRestarts,
} from '../../pictures/bytes.js';
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

/** Headers alone, of so many channels. */
function withChannels(count: number): Buffer {
  const components = Array.from({ length: count }, (_, i) => [i + 1, 0x11, 0]).flat();
  return Buffer.concat([
    Buffer.from([0xff, MARKER.SOI]),
    jpegSegment(MARKER.SOF0, Buffer.from([8, 0, 8, 0, 8, count, ...components])),
    jpegSegment(MARKER.SOS, Buffer.from([1, 1, 0, 0, 63, 0])),
    END,
  ]);
}

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
        leftovers: findLeftovers(jpeg) ?? [],
        coverage: coverageOf(jpeg),
        repaired: repairJpegHeaders(jpeg),
      };
      const coverage = { isHuffman: true, lacksChannel: false, lacksDetail: false };
      expect([name, found]).toEqual([
        name,
        { zeroBlock: undefined, leftovers: [], coverage, repaired: undefined },
      ]);
    }
  }, 300_000);
});

describe('findLeftovers', () => {
  const sizes = (jpeg: Buffer) =>
    findLeftovers(jpeg)?.map(({ start, end, zero }) => ({ count: end - start, zero }));

  it('finds bytes behind the last block, and sees that they are zero', () => {
    expect(sizes(baseline)).toEqual([]);
    expect(sizes(beforeEnd(baseline, Buffer.alloc(5)))).toEqual([{ count: 5, zero: true }]);
    expect(sizes(beforeEnd(baseline, Buffer.alloc(500, 1)))).toEqual([{ count: 500, zero: false }]);
    expect(sizes(beforeEnd(baseline, Buffer.from([0xff, 0xff])))).toEqual([]);
  });

  it('finds them in front of restart markers, stuffed bytes too, and takes them out', () => {
    const [jpeg, stray] = [withRestarts(), Buffer.from([0, 0xff, 0, 7])];
    expect(sizes(jpeg)).toEqual([]);
    const loose = beforeRestarts(jpeg, stray);
    const found = findLeftovers(loose) ?? [];
    expect(found.length).toBeGreaterThan(5);
    expect(found.map(({ start, end }) => loose.subarray(start, end))).toEqual(found.map(() => stray));
    expect(withoutLeftovers(loose, found)).toEqual(jpeg);
  });

  it('knows the tables that Motion JPEG leaves out', () => {
    const frame = withoutTables(baseline);
    expect(frame.length).toBeLessThan(baseline.length - 400);
    expect(sizes(beforeEnd(frame, Buffer.alloc(5)))).toEqual([{ count: 5, zero: true }]);
  });

  it('finds bytes that were inserted in the middle', () => {
    const at = middle(baseline);
    const doubled = Buffer.concat([baseline.subarray(0, at), baseline.subarray(at - 3000)]);
    expect(sizes(doubled)?.[0]?.count).toBeGreaterThan(1000);
  });

  it('leaves to libjpeg what libjpeg sees', () => {
    expect(findLeftovers(withHole(baseline, 4000))).toBeUndefined();
    expect(findLeftovers(progressive)).toBeUndefined();
    expect(findLeftovers(END)).toBeUndefined();
  });
});

describe('findZeroBlock', () => {
  it('finds 512 zero bytes inside a scan: damage in a sequential one, a doubt in a progressive one', () => {
    for (const [jpeg, found] of [
      [baseline, 'damage'],
      [progressive, 'doubt'],
    ] as const) {
      // In a scan that adds a bit to known coefficients zeros may be right.
      const scan = [...scansOf(jpeg)].find(({ scan, start, end }) => scan.high === 0 && end - start > 4000);
      const from = scan!.start + 1000;
      expect(findZeroBlock(Buffer.from(jpeg).fill(0, from, from + 512))).toBe(found);
    }
  });

  it('lets them be in front of the scans and behind the picture', () => {
    const exif = jpegSegment(0xe1, Buffer.alloc(4000));
    expect(findZeroBlock(Buffer.concat([afterSoi(baseline, exif), Buffer.alloc(9000)]))).toBeUndefined();
  });

  it('says nothing of arithmetic codes', () => {
    const arithmetic = Buffer.from(baseline);
    arithmetic[arithmetic.indexOf(Buffer.from([0xff, MARKER.SOF0])) + 1] = 0xc9;
    const half = middle(arithmetic);
    expect(findZeroBlock(arithmetic.fill(0, half, half + 512))).toBeUndefined();
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
      isHuffman: true,
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
  });

  it.each([
    [3, { 0: 0, 1: 1, 2: 1, 3: 1, 255: 1 }],
    [4, { 0: 0, 1: 2, 2: 2, 3: 2, 255: 2 }],
    [1, { 0: 0, 1: 1, 2: 2, 3: 3, 255: 255 }],
  ])('gives %i channels the Adobe transform that libjpeg assumes', (channels, transforms) => {
    const adobe = (transform: number) =>
      afterSoi(withChannels(channels), jpegSegment(0xee, named('Adobe', 0, 100, 0, 0, 0, 0, transform)));
    for (const [given, assumed] of Object.entries(transforms)) {
      const repaired = repairJpegHeaders(adobe(Number(given)));
      expect([given, repaired]).toEqual([given, assumed === Number(given) ? undefined : adobe(assumed)]);
    }
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
