import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPictures } from '../../src/adapters/sharp.js';
import { ImageError } from '../../src/errors.js';
import type { Raster } from '../../src/types.js';
import { bmp } from '../pictures/bytes.js';
import { heicGrid, heifFile, hevcItem, TURNED_HEIC as TURNED } from '../pictures/heif.js';
import { repository } from '../shared.js';

const LIMITS = { maxDim: 720, maxPixels: 100_000_000, maxMemory: 2e9, thorough: false };
const ASTRONAUT = path.join(repository, 'fixtures/images/astronaut.png');

const pictures = createPictures();

async function rasterOf(image: Sharp): Promise<Raster> {
  const { data, info } = await image
    .toColourspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

/** Mean difference of a sample, 0..255. */
function difference(a: Raster, b: Raster): number {
  expect([a.width, a.height]).toEqual([b.width, b.height]);
  let sum = 0;
  for (let at = 0; at < a.data.length; at++) sum += Math.abs((a.data[at] ?? 0) - (b.data[at] ?? 0));
  return sum / a.data.length;
}

describe('HEIC', () => {
  it('is seen upright: turned once, not twice', async () => {
    const picture = await pictures.decode(TURNED, LIMITS);
    expect(picture).toMatchObject({ width: 288, height: 384, orientation: 1, scale: 1 });
    const wanted = await rasterOf(sharp(ASTRONAUT).extract({ left: 80, top: 0, width: 288, height: 384 }));
    expect(difference(picture.raster, wanted)).toBeLessThan(6);
    const full = await pictures.decodeFull(TURNED, LIMITS);
    expect(full.format).toBe('heic');
    expect(full.raster.data.equals(picture.raster.data)).toBe(true);
  });

  it('is shrunk like any other picture', async () => {
    const { raster, width, scale } = await pictures.decode(TURNED, { ...LIMITS, maxDim: 96 });
    expect([raster.width, raster.height, width, scale]).toEqual([72, 96, 288, 0.25]);
  });

  it.each<[string, Buffer, object, string]>([
    ['more pixels than allowed', TURNED, { maxPixels: 1000 }, 'TOO_LARGE'],
    ['more memory than allowed', TURNED, { maxMemory: 1e6 }, 'TOO_LARGE'],
    ['an end that is missing', TURNED.subarray(0, -2000), {}, 'TRUNCATED'],
    ['pixels that are none', damaged(TURNED), {}, 'CORRUPT'],
  ])('is refused for %s', async (_, bytes, over, code) => {
    await expect(pictures.decode(bytes, { ...LIMITS, ...over })).rejects.toMatchObject({ code });
  });

  // libde265 takes zeros for pixels, and says nothing.
  // libde265 takes zeros for pixels, and says nothing.
  it('is refused for a lost sector, wherever that is', async () => {
    const { data } = hevcItem();
    for (let at = 0; at < data.length; at += 512) {
      const bytes = Buffer.from(data).fill(0, at, Math.min(at + 512, data.length));
      const decoded = pictures.decode(heifFile([{ ...hevcItem(), data: bytes }]), LIMITS);
      const code = await decoded.then(
        () => 'ok',
        (error: unknown) => (error instanceof ImageError ? error.code : 'thrown'),
      );
      expect(['CORRUPT', 'TRUNCATED'], `at ${at}`).toContain(code);
    }
  });

  it('may be a grid of tiles, of which one alone can be damaged', async () => {
    const grid = heicGrid(2, 2);
    const { raster, width, height } = await pictures.decode(grid, LIMITS);
    expect([width, height, raster.width]).toEqual([768, 576, 720]);
    const bad = Buffer.from(grid).fill(0, grid.length - 3000, grid.length - 2900);
    await expect(pictures.decode(bad, LIMITS)).rejects.toMatchObject({ code: 'CORRUPT' });
  });

  it('is too large by its header, however many tiles it has', async () => {
    const grid = heicGrid(43, 43);
    await expect(pictures.decode(grid, LIMITS)).rejects.toThrow(
      /16512 x 12384 pixels are more than --max-pixels/,
    );
    const unlimited = { ...LIMITS, maxPixels: 1e9, maxMemory: 1e12 };
    await expect(pictures.decode(grid, unlimited)).rejects.toMatchObject({ code: 'TOO_LARGE' });
  });

  it('says which codec has no decoder', async () => {
    const decoded = pictures.decode(heifFile([{ ...hevcItem(), type: 'unci' }]), LIMITS);
    await expect(decoded).rejects.toThrow(/uncompressed \(unci\) images cannot be decoded/);
  });

  it('may have a major brand that heic-decode does not know', async () => {
    const bytes = Buffer.from(TURNED);
    bytes.write('miaf', 8, 'latin1');
    expect((await pictures.decode(bytes, LIMITS)).width).toBe(288);
  });

  it('may hold AV1, which is then AVIF by another name', async () => {
    const bytes = await sharp(ASTRONAUT).resize(64).avif({ effort: 0 }).toBuffer();
    const end = bytes.readUInt32BE(0);
    for (let at = 8; at < end; at += 4) if (at !== 12) bytes.write('mif1', at, 'latin1');
    const { format, raster } = await pictures.decodeFull(bytes, LIMITS);
    expect([format, raster.width]).toEqual(['heic', 64]);
  });
});

/** Nothing of the picture's data left but its length. */
function damaged(heic: Buffer): Buffer {
  const bytes = Buffer.from(heic);
  bytes.fill(0x55, bytes.indexOf('mdat', 0, 'latin1') + 4, bytes.length - 1);
  return bytes;
}

const encoder = spawnSync('heif-enc', ['--help']).error === undefined;

describe.skipIf(!encoder)("HEIC of Debian's heif-enc (needs libheif-examples)", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'facetag-heic-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  async function heicOf(...images: readonly Sharp[]): Promise<Buffer> {
    const files = images.map((_, index) => path.join(folder, `${index}.png`));
    for (const [index, image] of images.entries()) await image.png().toFile(files[index] ?? '');
    const made = path.join(folder, 'made.heic');
    execFileSync('heif-enc', ['-q', '90', ...files, '-o', made], { stdio: 'ignore' });
    return readFileSync(made);
  }

  it('shows its main picture, even where that is not the first', async () => {
    const [first, second] = ['#c00', '#00c'].map((background) =>
      sharp({ create: { width: 64, height: 48, channels: 3, background } }),
    );
    const bytes = await heicOf(first!, second!);
    const blueAt = async (): Promise<number | undefined> =>
      (await pictures.decode(bytes, LIMITS)).raster.data[2];
    expect(await blueAt()).toBeLessThan(20);
    await makeSecondMain(bytes);
    expect(await blueAt()).toBeGreaterThan(180);
  });

  it('has the colours that its profile says', async () => {
    const photo = sharp(ASTRONAUT).resize(256);
    const bytes = await heicOf(sharp(await photo.withIccProfile('p3').png().toBuffer()).keepIccProfile());
    const wanted = await rasterOf(sharp(ASTRONAUT).resize(256));
    expect(difference((await pictures.decode(bytes, LIMITS)).raster, wanted)).toBeLessThan(4);
  });
});

/** Has `pitm` name the other picture: its number is not the same with every encoder. */
async function makeSecondMain(heic: Buffer): Promise<void> {
  const at = heic.indexOf('pitm', 0, 'latin1') + 8;
  for (let id = heic.readUInt16BE(at) + 1; id < 10; id++) {
    heic.writeUInt16BE(id, at);
    const metadata = await sharp(heic)
      .metadata()
      .catch(() => undefined);
    if (metadata?.pagePrimary === 1) return;
  }
  throw new Error('the file has no second picture');
}

describe('AVIF', () => {
  it('may be animated: its still picture is shown', async () => {
    const still = await sharp(ASTRONAUT).resize(64).avif({ effort: 0 }).toBuffer();
    const bytes = Buffer.from(still);
    bytes.write('avis', 8, 'latin1');
    const { format, raster } = await pictures.decodeFull(bytes, LIMITS);
    expect(format).toBe('avif');
    expect(raster.data.equals((await pictures.decodeFull(still, LIMITS)).raster.data)).toBe(true);
  });
});

const ffmpeg = spawnSync('ffmpeg', ['-hide_banner', '-encoders'], { encoding: 'utf8' });

describe.skipIf(ffmpeg.error !== undefined || !ffmpeg.stdout.includes('libaom-av1'))(
  'Sequences of ffmpeg (needs its libaom and libx265)',
  () => {
    let folder: string;
    beforeAll(() => {
      folder = mkdtempSync(path.join(tmpdir(), 'facetag-sequence-'));
    });
    afterAll(() => {
      rmSync(folder, { recursive: true });
    });

    function made(name: string, ...encoding: readonly string[]): Buffer {
      const file = path.join(folder, name);
      const input = ['-v', 'error', '-loop', '1', '-i', ASTRONAUT, '-frames:v', '2', '-vf', 'scale=128:128'];
      execFileSync('ffmpeg', [...input, ...encoding, '-pix_fmt', 'yuv420p', file]);
      return readFileSync(file);
    }

    it('show the still picture of an animated AVIF', async () => {
      const bytes = made('two.avif', '-c:v', 'libaom-av1', '-cpu-used', '8');
      expect(bytes.toString('latin1', 8, 12)).toBe('avis');
      const { raster } = await pictures.decodeFull(bytes, LIMITS);
      expect(difference(raster, await rasterOf(sharp(ASTRONAUT).resize(128)))).toBeLessThan(8);
    });

    it('are named where they have none', async () => {
      const bytes = made('two.mp4', '-c:v', 'libx265', '-x265-params', 'log-level=none', '-tag:v', 'hvc1');
      bytes.write('msf1', 8, 'latin1');
      await expect(pictures.decode(bytes, LIMITS)).rejects.toThrow(/HEIC sequences without a still picture/);
    });
  },
);

describe('BMP', () => {
  it('is decoded, within the same limits', async () => {
    const { raster, width, height, orientation } = await pictures.decode(bmp(), LIMITS);
    expect([raster.data.length, width, height, orientation]).toEqual([12, 2, 2, 1]);
    const refused = pictures.decode(bmp(), { ...LIMITS, maxPixels: 3 });
    await expect(refused).rejects.toMatchObject({ code: 'TOO_LARGE' });
  });
});
