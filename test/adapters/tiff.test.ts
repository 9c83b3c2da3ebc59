import sharp, { type Sharp } from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { createPictures } from '../../src/adapters/sharp.js';
import type { PictureDecoder } from '../../src/ports.js';
import type { DecodedPicture } from '../../src/types.js';
import {
  ascii,
  astronautSamples,
  long,
  type PageOptions,
  short,
  tiffFile,
  type TiffField,
  tiffPage,
  withChannels,
} from '../pictures/tiffs.js';

const SIDE = 64;
const LIMITS = { maxDim: 720, maxPixels: 1e8, maxMemory: 2e9, thorough: false };

let pictures: PictureDecoder;
let rgb: PageOptions;
beforeAll(async () => {
  pictures = createPictures();
  rgb = await astronautSamples(SIDE);
});

const decode = (bytes: Buffer, over = {}): Promise<DecodedPicture> =>
  pictures.decode(bytes, { ...LIMITS, ...over });
const failure = async (bytes: Buffer): Promise<unknown> =>
  await decode(bytes).then(
    () => 'ok',
    (error: unknown) => error,
  );
/** Largest difference of a sample. */
function distance(a: Buffer, b: Buffer): number {
  expect(a.length).toBe(b.length);
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] ?? 0))), 0);
}
/** The page in another container of sharp's making. */
const made = (encode: (image: Sharp) => Sharp): Promise<Buffer> =>
  encode(sharp(rgb.data, { raw: { width: SIDE, height: SIDE, channels: 3 } })).toBuffer();

describe('a TIFF whose metadata is odd', () => {
  const odd: readonly [string, TiffField][] = [
    ['ASCII without its NUL', ascii(271, 'DJI, a maker of drones')],
    ['orientation 9', short(274, 9)],
    ['orientation 0', short(274, 0)],
    ['two orientations', short(274, 1, 1)],
    ['one page number', short(297, 0)],
    ['three page numbers', short(297, 0, 1, 2)],
  ];
  it.each(odd)('gives the right pixels: %s', async (_, field) => {
    const found = await decode(tiffFile(tiffPage({ ...rgb, fields: [field] })));
    expect(found).toMatchObject({ width: SIDE, height: SIDE, orientation: 1 });
    expect(found).not.toHaveProperty('warnings');
    expect(found.raster.data.equals(rgb.data)).toBe(true);
  });

  const doubtful: readonly [string, (page: PageOptions) => Buffer, RegExp][] = [
    [
      'tags out of order',
      (page) => {
        const { fields, ...rest } = tiffPage(page);
        return tiffFile({ ...rest, fields: fields.toReversed() });
      },
      /order/,
    ],
    [
      'a doubled tag',
      (page) => {
        const { fields, ...rest } = tiffPage(page);
        return tiffFile({
          ...rest,
          fields: fields.flatMap((field) => (field.tag === 278 ? [field, field] : [field])),
        });
      },
      /doubled/,
    ],
    ['no byte counts', (page) => tiffFile(tiffPage({ ...page, without: [279] })), /how long/],
    ['byte counts of 0', (page) => tiffFile(tiffPage({ ...page, fields: [long(279, 0)] })), /how long/],
  ];
  it.each(doubtful)(
    'gives the right pixels and a warning where its pixel tags are: %s',
    async (_, make, says) => {
      const { raster, warnings } = await decode(make(rgb));
      expect(raster.data.equals(rgb.data)).toBe(true);
      expect(warnings).toEqual([expect.stringMatching(says)]);
    },
  );

  it('is still CORRUPT where its pixels are damaged', async () => {
    const jpeg = await made((image) => image.jpeg());
    // A hole in a strip of JPEG: libtiff only warns of it.
    const holed = Buffer.concat([jpeg.subarray(0, -400), jpeg.subarray(-200)]);
    for (const field of odd.map(([, each]) => each)) {
      const fields = [short(259, 7), short(262, 6), long(279, holed.length), field];
      const file = tiffFile(tiffPage({ ...rgb, data: holed, fields }));
      expect(await failure(file)).toMatchObject({ code: 'CORRUPT' });
    }
  });

  it('is TOO_LARGE where there is no room for a copy of it, not killed', async () => {
    const file = tiffFile(tiffPage({ ...rgb, fields: [ascii(271, 'DJI, a maker of drones')] }));
    const most = 2 * SIDE * SIDE * 3 * 3;
    await expect(decode(file, { maxMemory: most - file.length })).rejects.toMatchObject({
      code: 'TOO_LARGE',
    });
  });

  it('is whole when only metadata is missing at its end', async () => {
    const file = tiffFile(tiffPage({ ...rgb, fields: [ascii(305, 'a program\0')] }));
    const at = file.indexOf(Buffer.from([49, 1, 2, 0]));
    file.writeUInt32LE(file.length + 10, at + 8);
    const { raster, warnings } = await decode(file);
    expect(raster.data.equals(rgb.data)).toBe(true);
    expect(warnings).toEqual([expect.stringMatching(/metadata/)]);
  });
});

describe('a TIFF with more channels than colours', () => {
  const extra = (...kinds: number[]): Buffer =>
    tiffFile(tiffPage({ ...withChannels(rgb, kinds.length), fields: [short(338, ...kinds)] }));

  it.each([[[0]], [[0, 0]], [[0, 0, 0]]])('leaves out those that are no transparency: %j', async (kinds) => {
    const { raster, ...rest } = await decode(extra(...kinds));
    expect(raster.data.equals(rgb.data)).toBe(true);
    expect(rest).not.toHaveProperty('warnings');
  });

  it.each([[[2]], [[1]], [[2, 0]], [[0, 2]]])(
    'is laid onto white where one says that it is: %j',
    async (kinds) => {
      const { data } = (await decode(extra(...kinds))).raster;
      for (let x = 0; x < SIDE; x += 1) {
        const isMiddle = Math.abs(x - SIDE / 2) < SIDE / 4;
        for (let i = x * 3; i < x * 3 + 3; i += 1) expect(data[i]).toBe(isMiddle ? rgb.data[i] : 255);
      }
    },
  );

  it('has a warning where it does not say what they are', async () => {
    const { raster, warnings } = await decode(tiffFile(tiffPage(withChannels(rgb, 1))));
    expect(raster.data.equals(rgb.data)).toBe(true);
    expect(warnings).toEqual([expect.stringMatching(/channel/)]);
  });

  it('keeps what inks mean beside a saved selection', async () => {
    const cmyk = Buffer.alloc(SIDE * SIDE * 5);
    for (let i = 0; i < SIDE * SIDE; i += 1) cmyk.set([0, 255, 255, 0, i % 256], i * 5);
    const base = { ...rgb, photometric: 5 };
    const found = await decode(
      tiffFile(tiffPage({ ...base, data: cmyk, channels: 5, fields: [short(338, 0)] })),
    );
    const four = Buffer.from(cmyk.filter((_, i) => i % 5 < 4));
    const wanted = await decode(tiffFile(tiffPage({ ...base, data: four, channels: 4 })));
    expect(distance(found.raster.data, wanted.raster.data)).toBeLessThanOrEqual(1);
  });
});

describe('a TIFF that sharp reads wrongly or not at all', () => {
  it('has right colours in Y, Cb and Cr without subsampling', async () => {
    const data = Buffer.alloc(rgb.data.length);
    for (let i = 0; i < data.length; i += 3) {
      const [r = 0, g = 0, b = 0] = rgb.data.subarray(i, i + 3);
      const y = 0.299 * r + 0.587 * g + 0.114 * b;
      data.set(
        [y, (b - y) / 1.772 + 128, (r - y) / 1.402 + 128].map((value) => Math.min(255, Math.round(value))),
        i,
      );
    }
    const page = { ...rgb, data, photometric: 6, fields: [short(530, 1, 1)] };
    expect(distance((await decode(tiffFile(tiffPage(page)))).raster.data, rgb.data)).toBeLessThanOrEqual(3);
  });

  it('has right colours in tiles of separate planes', async () => {
    const planes = [0, 1, 2].map((channel) => Buffer.from(rgb.data.filter((_, i) => i % 3 === channel)));
    const { fields } = tiffPage({
      ...rgb,
      without: [273, 278, 279],
      fields: [
        short(284, 2),
        long(322, SIDE),
        long(323, SIDE),
        long(324, 0),
        long(325, ...planes.map((p) => p.length)),
      ],
    });
    const { raster } = await decode(tiffFile({ fields, strips: planes }));
    expect(raster.data.equals(rgb.data)).toBe(true);
  });
});

describe('a TIFF of a kind without a decoder', () => {
  const kinds: readonly [string, Partial<PageOptions>][] = [
    ...(
      [
        [6, 'old-style JPEG'],
        [34_712, 'JPEG 2000'],
        [34_887, 'LERC'],
        [34_925, 'LZMA'],
        [50_000, 'Zstandard'],
        [50_002, 'JPEG XL'],
        [61_234, 'compression 61234'],
      ] as const
    ).map(([code, name]): [string, Partial<PageOptions>] => [name, { fields: [short(259, code)] }]),
    ['12 bits', { bits: 12 }],
    ['32 bits', { bits: 32 }],
    ['floating-point', { bits: 32, fields: [short(339, 3, 3, 3)] }],
    ['signed', { fields: [short(339, 2, 2, 2)] }],
    ['signed', { bits: 16, fields: [short(339, 2, 2, 2)] }],
    ['CIE Lab', { photometric: 8 }],
    ['ICC Lab', { photometric: 9 }],
    ['different depths', { fields: [short(258, 8, 8, 4)] }],
    ['inks', { photometric: 5, channels: 4, fields: [short(332, 2)] }],
  ];
  it.each(kinds)('is UNSUPPORTED_FORMAT, named: %s', async (name, over) => {
    const file = tiffFile(tiffPage({ ...rgb, data: Buffer.alloc(SIDE * SIDE * 12), ...over }));
    expect(await failure(file)).toMatchObject({
      code: 'UNSUPPORTED_FORMAT',
      message: expect.stringContaining(name) as string,
    });
  });
});

describe('a TIFF whose first page is not its picture', () => {
  const REDUCED = long(254, 1);
  const small = async (fields: readonly TiffField[] = [REDUCED]): Promise<PageOptions> => ({
    ...(await astronautSamples(16)),
    fields,
  });
  const sensor = (): PageOptions => ({
    ...rgb,
    data: rgb.data.subarray(0, SIDE * SIDE),
    channels: 1,
    photometric: 32_803,
  });

  it('gives the full page behind a reduced one, or among its own', async () => {
    const thumbnail = await small();
    for (const file of [
      tiffFile(tiffPage(thumbnail), tiffPage(rgb)),
      tiffFile(tiffPage({ ...thumbnail, children: [tiffPage(rgb)] })),
    ]) {
      const { raster, ...rest } = await decode(file);
      expect(rest).toMatchObject({ width: SIDE, height: SIDE });
      expect(rest).not.toHaveProperty('warnings');
      expect(raster.data.equals(rgb.data)).toBe(true);
    }
  });

  it('turns the full page as the reduced one says', async () => {
    const thumbnail = await small([REDUCED, short(274, 3)]);
    const { raster, orientation } = await decode(
      tiffFile(tiffPage({ ...thumbnail, children: [tiffPage(rgb)] })),
    );
    expect(orientation).toBe(3);
    expect([...raster.data.subarray(0, 3)]).toEqual([...rgb.data.subarray(-3)]);
  });

  it('keeps the first of ordinary pages and of a pyramid', async () => {
    for (const second of [await small([]), await small()]) {
      const { raster } = await decode(tiffFile(tiffPage(rgb), tiffPage(second)));
      expect(raster.data.equals(rgb.data)).toBe(true);
    }
  });

  it('has a warning where the full picture is not in the file', async () => {
    const { warnings } = await decode(tiffFile(tiffPage(await small())));
    expect(warnings).toEqual([expect.stringMatching(/reduced copy/)]);
  });

  it('is UNSUPPORTED_FORMAT where it is a raw file', async () => {
    const make = ascii(271, 'NIKON CORPORATION\0');
    const thumbnail = await small([REDUCED, make]);
    // Canon's second header, and a directory of one entry.
    const cr2 = Buffer.from(
      'II*\0\x10\0\0\0CR\x02\0\0\0\0\0\x01\0\0\x01\x03\0\x01\0\0\0\x40\0\0\0',
      'latin1',
    );
    const files = {
      DNG: tiffFile(tiffPage(await small([REDUCED, { tag: 50_706, type: 1, values: [1, 4, 0, 0] }]))),
      CR2: Buffer.concat([cr2, Buffer.alloc(64)]),
      'NIKON CORPORATION': tiffFile(tiffPage({ ...thumbnail, children: [tiffPage(sensor())] })),
      raw: tiffFile(tiffPage(sensor())),
    };
    for (const [name, file] of Object.entries(files)) {
      expect(await failure(file)).toMatchObject({
        code: 'UNSUPPORTED_FORMAT',
        message: expect.stringMatching(new RegExp(`raw.*${name}|${name}`)) as string,
      });
    }
  });
});
