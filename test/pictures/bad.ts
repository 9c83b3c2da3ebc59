import {
  bmp,
  cut,
  flipped,
  heic,
  jpegHeader,
  runLengthBomb,
  pngHeader,
  withHole,
  zeroTail,
} from './bytes.js';
import { astronautPng, encoded, type MadePicture } from './made-picture.js';
import { jpegWithThumbnail } from './odd.js';
import { astronautSamples, short, tiffFile, tiffPage } from './tiffs.js';

const SVG =
  '<?xml version="1.0"?>\n<!-- a comment with > in it -->\n' +
  '<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><rect width="64" height="64"/></svg>\n';

/** Files that cannot be tagged, each with the code that says why. */
export async function badPictures(): Promise<MadePicture[]> {
  return [
    ...notPictures(),
    ...(await withoutDecoder()),
    ...tooLarge(),
    ...(await unfinished()),
    ...(await damaged()),
  ];
}

function notPictures(): MadePicture[] {
  return [
    { name: 'empty.jpg', bytes: Buffer.alloc(0), expected: 'EMPTY_FILE' },
    { name: 'text.jpg', bytes: Buffer.from('BM: not a picture.\n'.repeat(40)), expected: 'NOT_AN_IMAGE' },
    { name: 'page.jpg', bytes: Buffer.from('<!doctype html><svg></svg>'), expected: 'NOT_AN_IMAGE' },
    { name: 'zeros.jpg', bytes: Buffer.alloc(50_000), expected: 'NOT_AN_IMAGE' },
    { name: 'drawing.jpg', bytes: Buffer.from(SVG), expected: 'UNSUPPORTED_FORMAT' },
    { name: 'vector.heic', bytes: Buffer.from(SVG), expected: 'UNSUPPORTED_FORMAT' },
    { name: 'document.jpg', bytes: Buffer.from('%PDF-1.7\n%%EOF\n'), expected: 'UNSUPPORTED_FORMAT' },
  ];
}

async function withoutDecoder(): Promise<MadePicture[]> {
  const page = { ...(await astronautSamples(64)), data: Buffer.alloc(64 * 64 * 12) };
  const files = {
    'float.tif': tiffPage({ ...page, bits: 32, fields: [short(339, 3, 3, 3)] }),
    'lerc.tif': tiffPage({ ...page, fields: [short(259, 34_887)] }),
    'raw.tif': tiffPage({ ...page, channels: 1, photometric: 32_803 }),
  };
  return Object.entries(files).map(([name, made]) => ({
    name,
    bytes: tiffFile(made),
    expected: 'UNSUPPORTED_FORMAT',
  }));
}

function tooLarge(): MadePicture[] {
  return [
    { name: 'bomb.jpg', bytes: jpegHeader(30_000, 30_000), expected: 'TOO_LARGE' },
    { name: 'bomb-max.jpg', bytes: jpegHeader(65_500, 65_500), expected: 'TOO_LARGE' },
    { name: 'bomb.png', bytes: pngHeader(30_000, 30_000), expected: 'TOO_LARGE' },
    { name: 'bomb.bmp', bytes: runLengthBomb(30_000, 30_000), expected: 'TOO_LARGE' },
    { name: 'bomb-unfinished.jpg', bytes: cut(jpegHeader(30_000, 30_000), 0.99), expected: 'TOO_LARGE' },
  ];
}

async function unfinished(): Promise<MadePicture[]> {
  const files = {
    jpg: await encoded((image) => image.jpeg()),
    'progressive.jpg': await encoded((image) => image.jpeg({ progressive: true })),
    'thumbnail.jpg': await jpegWithThumbnail(),
    png: await astronautPng(),
    webp: await encoded((image) => image.webp()),
    gif: await encoded((image) => image.gif()),
    tif: await encoded((image) => image.tiff({ compression: 'lzw' })),
    avif: await encoded((image) => image.avif({ effort: 0 })),
  };
  return Object.entries(files).flatMap(([ending, bytes]) =>
    [
      { name: `cut-early.${ending}`, bytes: cut(bytes, 0.05) },
      { name: `cut.${ending}`, bytes: cut(bytes, 0.6) },
      // Without its end marker alone a JPEG lacks no pixel.
      { name: `cut-late.${ending}`, bytes: bytes.subarray(0, ending.endsWith('jpg') ? -3 : -1) },
      { name: `zero-tail.${ending}`, bytes: zeroTail(bytes) },
    ].map((picture) => ({ ...picture, expected: 'TRUNCATED' as const })),
  );
}

/** Whole files with wrong bytes in the middle. */
async function damaged(): Promise<MadePicture[]> {
  const jpeg = await encoded((image) => image.jpeg());
  const gif = await encoded((image) => image.gif());
  const avif = await encoded((image) => image.avif({ effort: 0 }));
  return [
    { name: 'corrupt.jpg', bytes: withHole(jpeg, 4000), expected: 'CORRUPT' },
    { name: 'corrupt.png', bytes: flipped(await astronautPng()), expected: 'CORRUPT' },
    { name: 'corrupt.gif', bytes: flipped(gif), expected: 'CORRUPT' },
    { name: 'corrupt.avif', bytes: flipped(avif), expected: 'CORRUPT' },
    { name: 'phone.heic', bytes: heic(), expected: 'CORRUPT' },
    { name: 'phone-heic.jpg', bytes: heic(), expected: 'CORRUPT' },
    { name: 'cut.heic', bytes: cut(heic(), 0.6), expected: 'TRUNCATED' },
    { name: 'cut.bmp', bytes: cut(bmp(), 0.6), expected: 'TRUNCATED' },
  ];
}
