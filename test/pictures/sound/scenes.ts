import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { ASTRONAUT, FIXTURES } from '../made-picture.js';

const WHITE = '#fff';

const photo = (width: number, height: number, file = ASTRONAUT): Sharp =>
  sharp(file).resize(width, height, { fit: 'cover' }).removeAlpha();

const blank = (width: number, height: number, background: string): Sharp =>
  sharp({ create: { width, height, channels: 3, background } });

const svg = (text: string): Sharp => sharp(Buffer.from(text));

/** The photo of `side` pixels, at `left` and `top` of a larger blank. */
async function placed(on: Sharp, side: number, left: number, top: number): Promise<Sharp> {
  const input = await photo(side, side).png().toBuffer();
  return sharp(await on.composite([{ input, left, top }]).removeAlpha().png().toBuffer());
}

/** White circle: what it covers stays. */
const circle = (side: number): Buffer =>
  Buffer.from(`<svg width="${side}" height="${side}"><circle cx="50%" cy="50%" r="45%" fill="#fff"/></svg>`);

/** Flat areas, hard edges and thin lines. */
const SCREENSHOT = `<svg xmlns="http://www.w3.org/2000/svg" width="320" height="200">
  <rect width="320" height="200" fill="#f4f4f6"/><rect width="320" height="28" fill="#20242c"/>
  <rect x="12" y="44" width="90" height="140" fill="#fff" stroke="#c8c8d0"/>
  ${Array.from({ length: 12 }, (_, row) => `<path d="M116 ${52 + row * 11}H${200 + ((row * 37) % 100)}" stroke="#333" stroke-width="2"/>`).join('')}
</svg>`;
const GRADIENT = `<svg xmlns="http://www.w3.org/2000/svg" width="256" height="64"><defs><linearGradient id="g">
  <stop stop-color="#000"/><stop offset=".5" stop-color="#c04020"/><stop offset="1" stop-color="#fff"/></linearGradient></defs>
  <rect width="256" height="64" fill="url(#g)"/></svg>`;

/** What the pictures show. Small where nothing else is said, so that hundreds are written in a minute. */
const SCENES = {
  photo: () => photo(160, 120),
  home: () => photo(64, 80, path.join(FIXTURES, 'home.jpg')),
  large: () => photo(1100, 760),
  white: () => blank(200, 320, WHITE),
  black: () => blank(97, 61, '#000'),
  portrait: () => placed(blank(800, 1000, WHITE), 300, 250, 180),
  letterbox: () => placed(blank(1280, 720, '#000'), 540, 370, 90),
  cutout: async () =>
    sharp(
      await sharp(await photo(480, 480).ensureAlpha().png().toBuffer())
        .composite([{ input: circle(480), blend: 'dest-in' }])
        .png()
        .toBuffer(),
    ),
  screenshot: () => svg(SCREENSHOT).removeAlpha(),
  gradient: () => svg(GRADIENT).removeAlpha(),
  grey: () => photo(140, 140).grayscale().toColourspace('b-w'),
  deep: () => photo(120, 150).toColourspace('rgb16'),
  'grey-deep': () => photo(120, 90).grayscale().toColourspace('grey16'),
  dot: () => blank(1, 1, '#28a0dc'),
  row: () => photo(61, 1),
  column: () => photo(1, 47),
  scrap: () => photo(3, 5),
  huge: () => placed(blank(5200, 3400, WHITE), 900, 3000, 1400),
} satisfies Record<string, () => Sharp | Promise<Sharp>>;

export type Scene = keyof typeof SCENES;

/** Writes every scene as a PNG into `folder`. */
export async function writeScenes(folder: string): Promise<void> {
  for (const [name, make] of Object.entries(SCENES)) {
    const image = await make();
    await image.png({ compressionLevel: 1 }).toFile(scenePath(folder, name));
  }
}

export const scenePath = (folder: string, scene: string): string => path.join(folder, `${scene}.png`);

/** The same scene in another form, for encoders that read no PNG; made once. */
export function sceneAs(folder: string, scene: string, form: 'ppm' | 'tif' | 'gif'): string {
  const file = path.join(folder, `${scene}.${form}`);
  if (!existsSync(file)) {
    const plain = form === 'ppm' ? ['-background', 'white', '-alpha', 'remove'] : [];
    execFileSync('/usr/bin/convert', [scenePath(folder, scene), '-strip', ...plain, file]);
  }
  return file;
}
