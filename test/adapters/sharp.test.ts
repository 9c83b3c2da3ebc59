import path from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { createPictures, supportedFormats } from '../../src/adapters/sharp.js';
import { PICTURE_FORMATS, WRITABLE_FORMATS } from '../../src/core/picture-format/signatures.js';
import type { PictureCodec, PictureDecoder } from '../../src/ports.js';
import type { DecodedPicture, Raster } from '../../src/types.js';
import {
  badPictures,
  encoded,
  jpegHeader,
  type MadePicture,
  oddPictures,
  orientedPictures,
  zeroTail,
} from '../pictures.js';
import {
  afterSoi,
  beforeRestarts,
  jpegSegment,
  pngChunk,
  withoutSegments,
  withoutTables,
  withRestarts,
} from '../pictures/bytes.js';
import { repository } from '../shared.js';

const LIMITS = { maxDim: 720, maxPixels: 100_000_000, maxMemory: 2e9, thorough: false };
const ASTRONAUT = path.join(repository, 'fixtures/images/astronaut.png');
const HOME = path.join(repository, 'fixtures/images/home.jpg');

let pictures: PictureDecoder & PictureCodec;
let bad: readonly MadePicture[];
let odd: readonly MadePicture[];
let reference: DecodedPicture;
beforeAll(async () => {
  pictures = createPictures();
  [bad, odd] = [await badPictures(), await oddPictures()];
  reference = await pictures.decode(await encoded((image) => image.png()), LIMITS);
});

/** `ok`, or the code of the failure. */
async function outcome(bytes: Buffer, limits = LIMITS): Promise<string> {
  try {
    await pictures.decode(bytes, limits);
    return 'ok';
  } catch (error) {
    return (error as { code: string }).code;
  }
}

function difference(a: Raster, b: Raster): { mean: number; largest: number } {
  expect([a.width, a.height]).toEqual([b.width, b.height]);
  let sum = 0;
  let largest = 0;
  for (let i = 0; i < a.data.length; i += 1) {
    const distance = Math.abs(a.data.readUInt8(i) - b.data.readUInt8(i));
    sum += distance;
    largest = Math.max(largest, distance);
  }
  return { mean: sum / a.data.length, largest };
}

describe('bad pictures', () => {
  it('gives each its code', async () => {
    const found = await Promise.all(bad.map(async ({ name, bytes }) => [name, await outcome(bytes)]));
    expect(Object.fromEntries(found)).toEqual(
      Object.fromEntries(bad.map((made) => [made.name, made.expected])),
    );
  });

  it('says what is wrong in one short line', async () => {
    for (const { bytes } of bad) {
      await expect(pictures.decode(bytes, LIMITS)).rejects.toThrow(/^[^\n]{10,200}$/);
    }
  });

  it('refuses by the size in the header, to the pixel', async () => {
    const bytes = await encoded((image) => image.resize(100, 50).jpeg());
    expect(await outcome(bytes, { ...LIMITS, maxPixels: 5000 })).toBe('ok');
    expect(await outcome(bytes, { ...LIMITS, maxPixels: 4999 })).toBe('TOO_LARGE');
    expect(await outcome(jpegHeader(65_500, 65_500), { ...LIMITS, maxPixels: 1e10 })).toBe('CORRUPT');
  });

  it('never takes a picture that was cut short or left unwritten for a whole one', async () => {
    // A fixed sequence (Park and Miller), so that a failure can be repeated.
    let state = 20;
    const random = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
    const limits = { ...LIMITS, maxDim: 200 };
    const failures: string[] = [];
    for (const { name, bytes } of odd) {
      const whole = await pictures.decode(bytes, limits);
      for (let i = 0; i < 8; i += 1) {
        const share = i === 0 ? 1 - 1 / bytes.length : random();
        // libwebp cannot tell a last byte or two that are zero.
        const damaged = [
          bytes.subarray(0, bytes.length * share),
          ...(i === 0 ? [] : [zeroTail(bytes, share)]),
        ];
        for (const file of damaged) {
          const picture = await pictures.decode(file, limits).catch(() => undefined);
          if (picture && !picture.raster.data.equals(whole.raster.data)) failures.push(`${name} at ${share}`);
        }
      }
    }
    expect(failures).toEqual([]);
  });
});

describe('a damaged JPEG', () => {
  const LOOSE = Buffer.alloc(2);
  const jpegOf = (over = {}): Promise<Buffer> =>
    encoded((image) => image.jpeg({ optimiseCoding: false, ...over }));
  const endless = (jpeg: Buffer): Buffer => jpeg.subarray(0, -2);
  const END = Buffer.from([0xff, 0xd9]);

  it('is not let pass for a harmless warning in its headers', async () => {
    const jpeg = await jpegOf();
    const tables = jpeg.indexOf(Buffer.from([0xff, 0xc4]));
    const loose = (bytes: Buffer): Buffer =>
      Buffer.concat([bytes.subarray(0, tables), LOOSE, bytes.subarray(tables)]);
    expect(await outcome(loose(jpeg))).toBe('ok');
    const cut = Buffer.concat([loose(jpeg).subarray(0, jpeg.length * 0.4), END]);
    expect(await outcome(cut)).toBe('CORRUPT');
  });

  it('is CORRUPT where a block of it is zero', async () => {
    for (const progressive of [false, true]) {
      const jpeg = await jpegOf({ progressive });
      const half = Math.floor(jpeg.length / 2);
      expect(await outcome(jpeg.fill(0, half, half + 512))).toBe('CORRUPT');
    }
  });

  it('has a warning where bytes are left over: always with several scans, with one when asked for', async () => {
    for (const [progressive, thorough, warned] of [
      [true, false, true],
      [false, false, false],
      [false, true, true],
    ]) {
      const jpeg = await jpegOf({ progressive });
      const left = Buffer.concat([endless(jpeg), Buffer.alloc(40, 1), END]);
      const { warnings } = await pictures.decode(left, { ...LIMITS, thorough: thorough ?? false });
      expect(warnings ?? []).toEqual(warned ? [expect.stringMatching(/^(39|40) bytes/)] : []);
      expect(await pictures.decode(jpeg, { ...LIMITS, thorough: true })).not.toHaveProperty('warnings');
    }
  });

  it('has a warning where the last scans are missing', async () => {
    const jpeg = await jpegOf({ progressive: true });
    const cut = Buffer.concat([jpeg.subarray(0, jpeg.lastIndexOf(Buffer.from([0xff, 0xda]))), END]);
    expect((await pictures.decode(cut, LIMITS)).warnings).toEqual([expect.stringMatching(/last scans/)]);
  });
});

describe('a sound JPEG', () => {
  const END = Buffer.from([0xff, 0xd9]);
  const same = async (a: Buffer, b: Buffer): Promise<readonly string[]> => {
    const [one, other] = [await pictures.decode(a, LIMITS), await pictures.decode(b, LIMITS)];
    expect(one.raster.data.equals(other.raster.data)).toBe(true);
    return one.warnings ?? [];
  };

  /** Four channels are written by sharp with a marker of Adobe's of their own. */
  it.each([
    ['three channels', 'srgb', 1, [2, 3, 255]],
    ['four channels', 'cmyk', 2, [1, 3, 255]],
  ] as const)(
    'of %s is read whatever the Adobe marker says of its colours',
    async (_, space, right, wrong) => {
      const jpeg = await encoded((image) => image.resize(64).toColourspace(space).jpeg());
      const adobe = (transform: number): Buffer => {
        const content = Buffer.from(`Adobe\0\x64\0\0\0\0${String.fromCharCode(transform)}`, 'latin1');
        return afterSoi(withoutSegments(jpeg, [0xe0, 0xee]), jpegSegment(0xee, content));
      };
      for (const transform of wrong) expect(await same(adobe(transform), adobe(right))).toEqual([]);
    },
  );

  it('of dots may have zero bytes in its scans', async () => {
    const [width, height] = [4096, 64];
    const dots = Buffer.from(
      Array.from({ length: width * height }, (_, i) =>
        (i % width) % 8 === 0 && Math.floor(i / width) % 8 === 0 ? 0 : 255,
      ),
    );
    const jpeg = await sharp(dots, { raw: { width, height, channels: 1 } })
      .toColourspace('b-w')
      .jpeg({ quality: 60, progressive: true })
      .toBuffer();
    expect((await pictures.decode(jpeg, LIMITS)).warnings).toEqual([expect.stringMatching(/zero bytes/)]);
  });

  it('of a camera that pads its rows is read, with a warning', async () => {
    const jpeg = withRestarts();
    for (const [padding, warnings] of [
      [Buffer.from([0xff, 0xff]), []],
      [Buffer.alloc(3), []],
      [Buffer.alloc(5), ['35 bytes of the JPEG belong to no pixel: blocks may be lost']],
      [Buffer.alloc(100), ['700 bytes of the JPEG belong to no pixel: blocks may be lost']],
      [Buffer.from([1, 0xff, 0]), ['21 bytes of the JPEG belong to no pixel: blocks may be lost']],
    ] as const) {
      expect(await same(beforeRestarts(jpeg, padding), jpeg)).toEqual(warnings);
    }
    const padded = Buffer.concat([jpeg.subarray(0, -2), Buffer.alloc(512), END]);
    expect(await same(padded, jpeg)).toEqual([expect.stringMatching(/^512 bytes/)]);
  });

  it('with padded rows is CORRUPT where a row is lost as well', async () => {
    const jpeg = withRestarts();
    const row = jpeg.indexOf(Buffer.from([0xff, 0xd2]));
    const lacking = Buffer.concat([jpeg.subarray(0, row - 4), jpeg.subarray(row)]);
    expect(await outcome(beforeRestarts(lacking, Buffer.alloc(5)))).toBe('CORRUPT');
  });

  it('of a Motion JPEG stream is read without tables, padded and without an end', async () => {
    const jpeg = withRestarts();
    const frame = withoutTables(jpeg);
    expect(await same(frame, jpeg)).toEqual([]);
    expect(await same(beforeRestarts(frame, Buffer.alloc(2)).subarray(0, -2), jpeg)).toEqual([NO_END]);
  });

  const NO_END = 'the JPEG has no end marker, but every row is there';

  it('without its end marker has a warning, and is TRUNCATED as soon as a byte of a row is missing', async () => {
    const small = (over: object) => encoded((image) => image.resize(24, 16).jpeg({ quality: 50, ...over }));
    const kinds = {
      baseline: await small({ optimiseCoding: false }),
      full: await small({ chromaSubsampling: '4:4:4' }),
      grey: await encoded((image) => image.resize(24, 16).toColourspace('b-w').jpeg()),
      progressive: await small({ progressive: true }),
      restarts: withRestarts(),
    };
    for (const [kind, jpeg] of Object.entries(kinds)) {
      for (const missing of [1, 2]) {
        const cut = jpeg.subarray(0, -missing);
        expect([kind, await same(cut, jpeg)]).toEqual([kind, [NO_END]]);
        expect([kind, await same(Buffer.concat([cut, Buffer.alloc(600)]), jpeg)]).toEqual([kind, [NO_END]]);
      }
      const pixels = jpeg.indexOf(Buffer.from([0xff, 0xda]));
      // In the headers less often.
      for (let length = jpeg.length - 3; length > 3; length -= length > pixels ? 1 : 9) {
        const cut = jpeg.subarray(0, length);
        const zeros = Buffer.concat([cut, Buffer.alloc(jpeg.length - length)]);
        const found = [await outcome(cut), await outcome(zeros)];
        expect([kind, length, ...found]).toEqual([kind, length, 'TRUNCATED', 'TRUNCATED']);
      }
    }
  }, 120_000);
});

describe('a JPEG of a kind without a decoder', () => {
  const DNL = jpegSegment(0xdc, Buffer.from([0, 64]));
  const changed = (marker: number, precision = 8, lines = 64): Buffer => {
    const jpeg = withRestarts();
    const frame = jpeg.indexOf(Buffer.from([0xff, 0xc0]));
    jpeg.set([marker], frame + 1);
    jpeg.set([precision, 0, lines], frame + 4);
    return Buffer.concat([jpeg.subarray(0, -2), lines === 0 ? DNL : Buffer.alloc(0), jpeg.subarray(-2)]);
  };
  it.each([
    ['12-bit JPEG', changed(0xc1, 12)],
    ['12-bit JPEG', changed(0xc2, 12)],
    ['lossless JPEG', changed(0xc3, 16)],
    ['hierarchical JPEG', changed(0xc5)],
    ['hierarchical JPEG', changed(0xde)],
    ['JPEG-LS', changed(0xf7)],
    ['JPEG (height behind the pixels, DNL)', changed(0xc0, 8, 0)],
  ])('is named: %s', async (name, bytes) => {
    await expect(pictures.decode(bytes, LIMITS)).rejects.toMatchObject({
      code: 'UNSUPPORTED_FORMAT',
      message: `${name} files cannot be decoded`,
    });
  });

  it('is no excuse for a damaged header', async () => {
    expect(await outcome(changed(0xc0, 9))).toBe('CORRUPT');
    expect(await outcome(changed(0xc0, 8, 0).subarray(0, -8))).toBe('TRUNCATED');
  });
});

describe('limits', () => {
  it('of the side hold whatever the number of pixels', async () => {
    const wide = await sharp({ create: { width: 65_600, height: 1, channels: 3, background: '#fff' } })
      .png()
      .toBuffer();
    expect(await outcome(wide)).toBe('TOO_LARGE');
  });

  it('of memory hold for what the format takes', async () => {
    const limits = { ...LIMITS, maxMemory: 4e6 };
    expect(await outcome(await encoded((image) => image.png()), limits)).toBe('ok');
    expect(await outcome(await encoded((image) => image.avif({ effort: 0 })), limits)).toBe('TOO_LARGE');
    const gif = await encoded((image) => image.gif());
    expect(await outcome(gif, limits)).toBe('ok');
    await expect(pictures.decodeFull(gif, { ...limits, maxMemory: 3e6 })).rejects.toMatchObject({
      code: 'TOO_LARGE',
    });
  });
});

describe('odd pictures', () => {
  it('decodes each to 8-bit RGB of the same scene', async () => {
    for (const { name, bytes } of odd) {
      const { raster, width, height, scale } = await pictures.decode(bytes, LIMITS);
      expect([name, width, height, scale]).toEqual([name, 512, 512, 1]);
      expect(raster.data).toHaveLength(512 * 512 * 3);
      // CMYK loses saturated colours; the others differ by their compression.
      const limit = name.startsWith('grey') ? 21 : name.startsWith('cmyk') ? 8 : 4;
      expect({ name, ...difference(raster, reference.raster) }).toHaveProperty(
        'mean',
        expect.toSatisfy((mean: number) => mean < limit),
      );
    }
  });

  it('gives grey pictures three equal channels', async () => {
    const grey = odd.find(({ name }) => name === 'grey-deep.png');
    const { data } = (await pictures.decode(grey!.bytes, LIMITS)).raster;
    for (let i = 0; i < data.length; i += 3) {
      if (data[i] !== data[i + 1] || data[i] !== data[i + 2]) expect.fail(`pixel ${i / 3} is coloured`);
    }
  });

  it('takes profiles to sRGB, deep ones too', async () => {
    for (const name of ['display-p3.jpg', 'deep-profile.png']) {
      const { bytes } = odd.find((made) => made.name === name)!;
      const { raster } = await pictures.decode(bytes, LIMITS);
      const unmanaged = await sharp(bytes, { ignoreIcc: true }).toColourspace('srgb').raw().toBuffer();
      const wrong = difference({ ...raster, data: unmanaged }, reference.raster).mean;
      expect(difference(raster, reference.raster).mean).toBeLessThan(wrong);
    }
  });

  it('shows white through transparent pixels', async () => {
    for (const bytes of [
      await encoded((image) => image.ensureAlpha(0).png()),
      await encoded((image) => image.ensureAlpha(0).toColourspace('rgb16').png()),
      await encoded((image) => image.grayscale().ensureAlpha(0).toColourspace('b-w').png()),
      await encoded((image) => image.ensureAlpha(0).webp()),
    ]) {
      const { data } = (await pictures.decode(bytes, LIMITS)).raster;
      expect(data.every((value) => value === 255)).toBe(true);
    }
  });
});

describe('orientation', () => {
  it('gives the same upright raster for all eight', async () => {
    const limits = { ...LIMITS, maxDim: 300 };
    const [plain, ...turned] = await orientedPictures(HOME);
    const upright = await pictures.decode(plain!.bytes, limits);
    expect(upright.width).toBeGreaterThan(upright.height);
    for (const { bytes } of turned) {
      const picture = await pictures.decode(bytes, limits);
      expect(picture).toMatchObject({ width: upright.width, height: upright.height, scale: upright.scale });
      const { mean, largest } = difference(picture.raster, upright.raster);
      expect(mean).toBeLessThan(1);
      expect(largest).toBeLessThanOrEqual(11);
    }
  });

  it('holds at full size', async () => {
    const [plain, , , , , turned] = await orientedPictures(HOME);
    const upright = await pictures.decodeFull(plain!.bytes, LIMITS);
    const picture = await pictures.decodeFull(turned!.bytes, LIMITS);
    expect(difference(picture.raster, upright.raster).mean).toBeLessThan(1);
  });
});

describe('the orientation', () => {
  it('is given as stored, 1 where there is none', async () => {
    const made = await orientedPictures(HOME);
    for (const [index, { bytes }] of made.entries()) {
      expect((await pictures.decode(bytes, LIMITS)).orientation).toBe(index + 1);
    }
    const png = await encoded((image) => image.png());
    expect((await pictures.decode(png, LIMITS)).orientation).toBe(1);
  });

  it.each([0, 9, 255])('is 1 where the file says %d', async (stored) => {
    const [, , , , , turned] = await orientedPictures(HOME);
    const bytes = withOrientation(turned!.bytes, stored);
    const { orientation, width, height } = await pictures.decode(bytes, LIMITS);
    expect(orientation).toBe(1);
    expect(width).toBeLessThan(height);
  });
});

describe('the orientation of a PNG', () => {
  const sideways = encoded((image) => image.resize(24, 16, { fit: 'fill' }).png({ progressive: false }));
  const exif = (value: number): Buffer =>
    pngChunk(
      'eXIf',
      Buffer.from([
        ...Buffer.from('MM\0*'),
        0,
        0,
        0,
        8,
        0,
        1,
        1,
        0x12,
        0,
        3,
        0,
        0,
        0,
        1,
        0,
        value,
        0,
        0,
        0,
        0,
        0,
        0,
      ]),
    );
  /** Puts chunks in front of the first one of this type. */
  const before = (png: Buffer, type: string, ...chunks: readonly Buffer[]): Buffer => {
    const at = png.indexOf(type, 0, 'latin1') - 4;
    return Buffer.concat([png.subarray(0, at), ...chunks, png.subarray(at)]);
  };

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('is %d in front of the pixels and behind them', async (value) => {
    const png = await sideways;
    const [front, behind] = [before(png, 'IDAT', exif(value)), before(png, 'IEND', exif(value))];
    const picture = await pictures.decode(behind, LIMITS);
    const [width, height] = value > 4 ? [16, 24] : [24, 16];
    expect(picture).toMatchObject({ orientation: value, width, height });
    expect(picture).toEqual(await pictures.decode(front, LIMITS));
    expect(await pictures.decodeFull(behind, LIMITS)).toEqual(await pictures.decodeFull(front, LIMITS));
  });

  it('is that of the first place', async () => {
    const both = before(before(await sideways, 'IEND', exif(6)), 'IDAT', exif(3));
    expect((await pictures.decode(both, LIMITS)).orientation).toBe(3);
  });

  it('is not taken from a damaged chunk behind the pixels, nor is the picture refused', async () => {
    const torn = exif(6).fill(0x55, 20);
    const rubbish = pngChunk('eXIf', Buffer.from('no EXIF at all'));
    for (const chunk of [torn, rubbish, pngChunk('eXIf', Buffer.alloc(0))]) {
      const { orientation } = await pictures.decode(before(await sideways, 'IEND', chunk), LIMITS);
      expect(orientation).toBe(1);
    }
  });
});

/** Sound WebPs whose coder wrote many zero bytes, by what they are. */
const FLAT: Readonly<Record<string, () => Sharp>> = {
  'a portrait on white': () => portrait('#fff').webp(),
  'a portrait on white, of low quality': () => portrait('#fff').webp({ quality: 30, effort: 0 }),
  'a screenshot with bars': () =>
    sharp(HOME).resize(500).extend({ top: 500, bottom: 900, background: '#000' }).webp(),
  'a cut-out': () => portrait('#0000').webp(),
  'nothing but white': () =>
    sharp({ create: { width: 2000, height: 1500, channels: 3, background: '#fff' } }).webp(),
  'nothing at all': () =>
    sharp({ create: { width: 1200, height: 900, channels: 4, background: '#0000' } }).webp(),
  'two colours without loss': () =>
    sharp(ASTRONAUT).threshold().webp({ lossless: true, effort: 0, quality: 1 }),
};

const portrait = (background: string): Sharp => {
  const sides = { top: 20, bottom: 2600, left: 100, right: 100 };
  return sharp(ASTRONAUT)
    .resize(300)
    .extend({ ...sides, background });
};

describe('WebP with many zero bytes', () => {
  it.each(Object.entries(FLAT))('is sound as %s', async (_, made) => {
    const webp = await made().toBuffer();
    const { raster, warnings } = await pictures.decode(webp, LIMITS);
    const wanted = await pictures.decode(await sharp(webp).png().toBuffer(), LIMITS);
    expect(warnings).toBeUndefined();
    expect(difference(raster, wanted.raster).mean).toBeLessThan(4);
  });

  it('is one at least of those', async () => {
    const zeros = Buffer.alloc(64);
    const made = await Promise.all(Object.values(FLAT).map((image) => image().toBuffer()));
    expect(made.filter((webp) => webp.includes(zeros)).length).toBeGreaterThan(3);
  });

  it('is sound as an animation', async () => {
    const frame = await portrait('#fff').png().toBuffer();
    const other = await sharp(frame).negate().png().toBuffer();
    const webp = await sharp([frame, other], { join: { animated: true } })
      .webp()
      .toBuffer();
    expect(webp.includes('ANMF')).toBe(true);
    expect(await outcome(webp)).toBe('ok');
  });

  /** How many of the files with zeros in the place of data are taken for good. */
  async function taken(webp: Buffer): Promise<number> {
    let count = 0;
    for (let at = 512; at < webp.length; at += 512 * Math.ceil(webp.length / 512 / 10)) {
      const sector = Buffer.from(webp).fill(0, at, Math.min(at + 512, webp.length));
      for (const bytes of [sector, Buffer.from(webp).fill(0, at)]) {
        const code = await outcome(bytes);
        expect(['ok', 'CORRUPT', 'TRUNCATED']).toContain(code);
        if (code === 'ok') count += 1;
      }
    }
    return count;
  }

  it('is damaged where zeros took the place of data', async () => {
    const small = (image: Sharp): Sharp => image.resize(256);
    expect(await taken(await encoded((image) => small(image).webp()))).toBe(0);
    expect(await taken(await encoded((image) => small(image).ensureAlpha(0.5).webp()))).toBe(0);
    // The codes of a lossless one fall into step again: bytes are left over nearly always.
    expect(await taken(await encoded((image) => small(image).webp({ lossless: true })))).toBeLessThan(3);
  });
});

/** Overwrites the orientation in a JPEG's EXIF. */
function withOrientation(jpeg: Buffer, value: number): Buffer {
  const bytes = Buffer.from(jpeg);
  const little = bytes.indexOf(Buffer.from([0x12, 0x01, 3, 0, 1, 0, 0, 0]));
  const big = bytes.indexOf(Buffer.from([0x01, 0x12, 0, 3, 0, 0, 0, 1]));
  if (little >= 0) bytes.writeUInt16LE(value, little + 8);
  else bytes.writeUInt16BE(value, big + 8);
  return bytes;
}

describe('size', () => {
  it.each([
    { width: 1600, height: 900, raster: [720, 405], scale: 0.45 },
    { width: 900, height: 1600, raster: [405, 720], scale: 0.45 },
    { width: 720, height: 100, raster: [720, 100], scale: 1 },
    { width: 30, height: 20, raster: [30, 20], scale: 1 },
    { width: 1, height: 1, raster: [1, 1], scale: 1 },
  ])('shrinks $width x $height to $raster and never enlarges', async ({ width, height, raster, scale }) => {
    for (const format of ['jpeg', 'png', 'webp'] as const) {
      const bytes = await encoded((image) => image.resize(width, height, { fit: 'fill' }).toFormat(format));
      const picture = await pictures.decode(bytes, LIMITS);
      expect(picture).toMatchObject({ width, height, scale });
      expect([picture.raster.width, picture.raster.height]).toEqual(raster);
    }
  });
});

describe('encode', () => {
  it.each(WRITABLE_FORMATS)('writes %s that reads back alike, and twice the same bytes', async (format) => {
    const bytes = await pictures.encode(reference.raster, format);
    expect(bytes.equals(await pictures.encode(reference.raster, format))).toBe(true);
    const full = await pictures.decodeFull(bytes, LIMITS);
    expect(full.format).toBe(format);
    expect(difference(full.raster, reference.raster).mean).toBeLessThan(
      format === 'png' || format === 'tiff' ? 0.001 : 4,
    );
    expect(await sharp(bytes).metadata()).not.toHaveProperty('exif');
  });

  it('fails as data when the format cannot hold the picture', async () => {
    const wide = { data: Buffer.alloc(70_000 * 3), width: 70_000, height: 1 };
    await expect(pictures.encode(wide, 'jpeg')).rejects.toMatchObject({ code: 'WRITE_FAILED' });
  });
});

it('decodes the same bytes to the same pixels', async () => {
  const bytes = await encoded((image) => image.resize(2000).jpeg());
  const [first, second] = [await pictures.decode(bytes, LIMITS), await pictures.decode(bytes, LIMITS)];
  expect(first.raster.data.equals(second.raster.data)).toBe(true);
});

it('tells what the installed sharp can do', () => {
  const { version, formats } = supportedFormats();
  expect(version).toMatch(/^sharp \d+\.\d+\.\d+, libvips \d+\.\d+\.\d+$/);
  expect(formats).toEqual(PICTURE_FORMATS.map((format) => ({ format, reads: true, writes: true })));
});
