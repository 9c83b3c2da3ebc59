import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import sharp from 'sharp';
import { repository, shared } from '../shared.js';

/**
 * The picture sets, made anew from photos that are already here. Each set has a few different pictures; its copies
 * differ by a comment segment, so no two files are equal.
 */

export type SetName = 'small' | 'group' | 'large';

export interface PictureSet {
  readonly name: SetName;
  /** What the pictures are. */
  readonly about: string;
  /** Absolute paths; the different pictures take turns. */
  readonly files: readonly string[];
  /** How many different pictures there are: parts of the list that are this long, or a multiple, hold the same work. */
  readonly period: number;
}

const sharedPhotos = shared('photos') ?? '';
const require = createRequire(import.meta.url);
const demo = path.join(path.dirname(require.resolve('@vladmandic/face-api/package.json')), 'demo');

/** Copies per set: enough for the quickest contender's longest run. */
const COPIES = { small: 600, group: 300, large: 160 };

const MEGAPIXELS = 12e6;

/** Makes one of the different pictures of a set: a JPEG. */
type Recipe = () => Promise<Buffer>;

/** @param folder where to build; what is already there is kept. */
export async function buildSets(folder: string): Promise<Record<SetName, PictureSet>> {
  return {
    small: await buildSet(folder, 'small', 'photos of one face, at most 1 megapixel', smallPhotos()),
    group: await buildSet(folder, 'group', 'group photos 1920 px wide, 3-14 faces', groupPhotos()),
    large: await buildSet(folder, 'large', 'group photos of 12 megapixels, 3-5 faces', largePhotos()),
  };
}

async function buildSet(
  folder: string,
  name: SetName,
  about: string,
  recipes: readonly Recipe[],
): Promise<PictureSet> {
  const target = path.join(folder, name);
  mkdirSync(target, { recursive: true });
  const files = Array.from({ length: COPIES[name] }, (_, index) =>
    path.join(target, `${String(index).padStart(4, '0')}.jpg`),
  );
  for (const [first, make] of recipes.entries()) {
    const mine = files.filter((_, index) => index % recipes.length === first);
    if (mine.every((file) => existsSync(file))) continue;
    const picture = await make();
    for (const file of mine) writeFileSync(file, withComment(picture, path.basename(file)));
  }
  return { name, about, files, period: recipes.length };
}

/** A JPEG with a comment segment after its start marker. */
function withComment(jpeg: Buffer, text: string): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(text.length + 2);
  return Buffer.concat([
    jpeg.subarray(0, 2),
    Buffer.from([0xff, 0xfe]),
    length,
    Buffer.from(text),
    jpeg.subarray(2),
  ]);
}

/** One photo, its crops and mirrors; with the shared folder, two more people. */
function smallPhotos(): Recipe[] {
  const file = path.join(repository, 'fixtures/images/astronaut.png');
  const crops = [512, 480, 448].flatMap((size) =>
    [false, true].map((mirrored): Recipe => {
      const crop = sharp(file).extract({ left: 512 - size, top: 0, width: size, height: size });
      return () => crop.flop(mirrored).jpeg({ quality: 90 }).toBuffer();
    }),
  );
  const others = photos(sharedPhotos, /^cgi-model-\d\.jpg$/).map(
    (photo): Recipe =>
      () =>
        sharp(photo).resize(1000, 1000, { fit: 'inside' }).jpeg({ quality: 90 }).toBuffer(),
  );
  return [...crops, ...others];
}

function groupPhotos(): Recipe[] {
  const files = [...photos(demo, /^sample\d\.jpg$/), ...photos(sharedPhotos, /^group-\d\.jpg$/)];
  return files.map((file) => () => sharp(file).jpeg({ quality: 92 }).toBuffer());
}

/** Group photos at the size, sharpness and noise of a 12-megapixel camera: about 2 MB each at quality 88. */
function largePhotos(): Recipe[] {
  return photos(demo, /^sample\d\.jpg$/).map((file, index) => () => enlarge(file, index + 1));
}

async function enlarge(file: string, seed: number): Promise<Buffer> {
  const { width, height } = await sharp(file).metadata();
  const factor = Math.sqrt(MEGAPIXELS / (width * height));
  const { data, info } = await sharp(file)
    .resize(Math.round(width * factor), Math.round(height * factor), { kernel: 'lanczos3', fit: 'fill' })
    .sharpen()
    .raw()
    .toBuffer({ resolveWithObject: true });
  addNoise(data, seed);
  return sharp(data, { raw: info }).jpeg({ quality: 88 }).toBuffer();
}

/** Luminance noise of about four grey levels, the same in each run. */
function addNoise(rgb: Buffer, seed: number): void {
  let state = seed * 2654435761;
  for (let pixel = 0; pixel < rgb.length; pixel += 3) {
    // xorshift32; the sum of four bytes is close enough to a bell curve.
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    const sum = (state & 255) + ((state >>> 8) & 255) + ((state >>> 16) & 255) + (state >>> 24);
    const noise = Math.round((sum - 510) / 37);
    for (let channel = pixel; channel < pixel + 3; channel += 1) {
      rgb[channel] = Math.max(0, Math.min(255, (rgb[channel] ?? 0) + noise));
    }
  }
}

function photos(folder: string, name: RegExp): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => name.test(file))
    .sort()
    .map((file) => path.join(folder, file));
}
