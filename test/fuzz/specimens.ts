import sharp, { type Sharp } from 'sharp';
import { ASTRONAUT, FIXTURES } from '../pictures/made-picture.js';

/** Small, so that ten thousand are decoded in minutes, and with a face's detail. */
const SIDE = 192;

const ENCODINGS: Readonly<Record<string, (image: Sharp) => Sharp>> = {
  'baseline.jpg': (image) => image.jpeg({ optimiseCoding: false }),
  'optimised.jpg': (image) => image.jpeg({ quality: 92, chromaSubsampling: '4:4:4' }),
  'progressive.jpg': (image) => image.jpeg({ progressive: true }),
  'grey.jpg': (image) => image.grayscale().toColourspace('b-w').jpeg(),
  'cmyk.jpg': (image) => image.toColourspace('cmyk').jpeg(),
  'plain.png': (image) => image.png(),
  'interlaced.png': (image) => image.png({ progressive: true }),
  'palette.png': (image) => image.png({ palette: true }),
  'lossy.webp': (image) => image.webp(),
  'lossless.webp': (image) => image.webp({ lossless: true }),
  'alpha.webp': (image) => image.ensureAlpha(0.9).webp(),
  'plain.gif': (image) => image.gif(),
  'lzw.tif': (image) => image.tiff({ compression: 'lzw' }),
  'deflate.tif': (image) => image.tiff({ compression: 'deflate', tile: true, tileWidth: 64, tileHeight: 64 }),
  'raw.tif': (image) => image.tiff({ compression: 'none' }),
  'jpeg.tif': (image) => image.tiff({ compression: 'jpeg' }),
  'plain.avif': (image) => image.avif({ effort: 0 }),
};

export interface Specimen {
  readonly name: string;
  readonly bytes: Buffer;
  /** Another picture in the same encoding. */
  readonly other: Buffer;
}

/** Good pictures, one of each encoding, made from the fixtures. */
export async function makeSpecimens(): Promise<Specimen[]> {
  return Promise.all(
    Object.entries(ENCODINGS).map(async ([name, encode]) => {
      const make = (file: string) =>
        encode(sharp(file).resize(SIDE, SIDE, { fit: 'cover' }).toColourspace('srgb')).toBuffer();
      return { name, bytes: await make(ASTRONAUT), other: await make(`${FIXTURES}/home.jpg`) };
    }),
  );
}
