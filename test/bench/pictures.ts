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
  /** Absolute paths; the different pictures take turns, so that any part of the list is alike. */
  readonly files: readonly string[];
}

const sharedPhotos = shared('photos') ?? '';
const require = createRequire(import.meta.url);
const demo = path.join(path.dirname(require.resolve('@vladmandic/face-api/package.json')), 'demo');

/** Copies per set: enough for the quickest contender's longest run. */
const COPIES = { small: 600, group: 300, large: 160 };

const MEGAPIXELS = 12e6;

/** @param folder where to build; what is already there is kept. */
export async function buildSets(folder: string): Promise<Record<SetName, PictureSet>> {
  const [small, group, large] = await Promise.all([smallPhotos(), groupPhotos(), largePhotos(folder)]);
  return {
    small: copies(folder, 'small', 'photos of one face, at most 1 megapixel', small),
    group: copies(folder, 'group', 'group photos 1920 px wide, 3-14 faces', group),
    large: copies(folder, 'large', 'group photos of 12 megapixels, 3-5 faces', large),
  };
}

function copies(folder: string, name: SetName, about: string, pictures: readonly Buffer[]): PictureSet {
  const target = path.join(folder, name);
  mkdirSync(target, { recursive: true });
  const files = Array.from({ length: COPIES[name] }, (_, index) =>
    path.join(target, `${String(index).padStart(4, '0')}.jpg`),
  );
  for (const [index, file] of files.entries()) {
    if (existsSync(file)) continue;
    const picture = pictures[index % pictures.length];
    if (picture) writeFileSync(file, withComment(picture, `${name} ${index}`));
  }
  return { name, about, files };
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
async function smallPhotos(): Promise<Buffer[]> {
  const astronaut = sharp(path.join(repository, 'fixtures/images/astronaut.png'));
  const crops = [512, 480, 448].flatMap((size) => {
    const crop = astronaut.clone().extract({ left: 512 - size, top: 0, width: size, height: size });
    return [crop, crop.clone().flop()];
  });
  const others = photos(sharedPhotos, /^cgi-model-\d\.jpg$/).map((file) =>
    sharp(file).resize(1000, 1000, { fit: 'inside' }),
  );
  return Promise.all([...crops, ...others].map((picture) => picture.jpeg({ quality: 90 }).toBuffer()));
}

async function groupPhotos(): Promise<Buffer[]> {
  const files = [...photos(demo, /^sample\d\.jpg$/), ...photos(sharedPhotos, /^group-\d\.jpg$/)];
  return Promise.all(files.map((file) => sharp(file).jpeg({ quality: 92 }).toBuffer()));
}

/** Group photos at the size, sharpness and noise of a 12-megapixel camera: about 2 MB each at quality 88. */
async function largePhotos(folder: string): Promise<Buffer[]> {
  // They take seconds to make: not when a kept scratch folder already has them all.
  if (existsSync(path.join(folder, 'large', `${String(COPIES.large - 1).padStart(4, '0')}.jpg`))) return [];
  const made: Buffer[] = [];
  for (const [index, file] of photos(demo, /^sample\d\.jpg$/).entries())
    made.push(await enlarge(file, index + 1));
  return made;
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
