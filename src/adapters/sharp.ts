import { createRequire } from 'node:module';
import type sharp from 'sharp';
import type { Metadata, Sharp } from 'sharp';
import { isSrgbProfile } from '../core/picture-format/icc.js';
import { requireComplete, requireDecodable } from '../core/picture-format/inspect.js';
import { PICTURE_FORMATS, type PictureFormat } from '../core/picture-format/signatures.js';
import { ImageError } from '../errors.js';
import type { PictureCodec, PictureDecoder } from '../ports.js';
import type { Raster } from '../types.js';
import { decoderMessage, isHarmlessWarning } from './sharp/decoder-message.js';
import { ENCODERS } from './sharp/encoders.js';

type SharpModule = typeof sharp;

/**
 * Every other loader stays blocked, so that an SVG in disguise is never rendered. A JPEG with a gain map (Ultra HDR)
 * falls to the plain JPEG loader, which reads its standard rendition.
 */
const LOADERS = ['Jpeg', 'Png', 'Webp', 'Tiff', 'Nsgif', 'Heif'].map((name) => `VipsForeignLoad${name}`);

const WHITE = { r: 255, g: 255, b: 255 };

/** What is known of a picture before its pixels are read. */
interface Header {
  readonly format: PictureFormat;
  readonly metadata: Metadata;
  /** Size as seen: EXIF orientation applied. */
  readonly width: number;
  readonly height: number;
}

/** Pictures through sharp, which is loaded here and no sooner: it takes 40 ms that only lanes need to spend. */
export function createPictures(): PictureDecoder & PictureCodec {
  const sharp = loadSharp();
  return {
    async decode(bytes, { maxDim, maxPixels }) {
      const header = await readHeader(sharp, bytes, maxPixels);
      const raster = await readPixels(sharp, bytes, header, maxPixels, (image) => shrink(image, maxDim));
      const { width, height, metadata } = header;
      const orientation = metadata.orientation ?? 1;
      return { raster, width, height, orientation, scale: raster.width / width };
    },
    async decodeFull(bytes, { maxPixels }) {
      const header = await readHeader(sharp, bytes, maxPixels);
      const raster = await readPixels(sharp, bytes, header, maxPixels, (image) => image);
      return { raster, format: header.format };
    },
    async encode({ data, width, height }, format) {
      const image = sharp(data, { raw: { width, height, channels: 3 }, limitInputPixels: false });
      try {
        return await ENCODERS[format](image).toBuffer();
      } catch (error) {
        throw new ImageError('WRITE_FAILED', `cannot encode as ${format}: ${decoderMessage(error)}`);
      }
    },
  };
}

/**
 * A lane has one picture at a time on one core, and never the same one twice: no threads, no cache. `require`, since
 * `import` takes 50 ms longer for what sharp loads.
 */
function loadSharp(): SharpModule {
  const sharp = createRequire(import.meta.url)('sharp') as SharpModule;
  sharp.concurrency(1);
  sharp.cache(false);
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({ operation: LOADERS });
  return sharp;
}

/**
 * Says everything that can be said without decoding. A bomb is refused before its end is looked at.
 * @throws {ImageError} any code of `PictureDecoder.decode`.
 */
async function readHeader(sharp: SharpModule, bytes: Buffer, maxPixels: number): Promise<Header> {
  const format = requireDecodable(bytes);
  let metadata: Metadata;
  try {
    metadata = await sharp(bytes, { limitInputPixels: false, failOn: 'none' }).metadata();
  } catch (error) {
    requireComplete(bytes, format);
    throw new ImageError('CORRUPT', decoderMessage(error));
  }
  const { width, height } = metadata.autoOrient;
  if (width * height > maxPixels) {
    throw new ImageError('TOO_LARGE', `${width} x ${height} pixels are more than --max-pixels ${maxPixels}`);
  }
  requireComplete(bytes, format);
  return { format, metadata, width, height };
}

/**
 * `inside` keeps the proportions. Of sharp's kernels Lanczos gives ages closest to those from full-size crops (mean
 * difference 2.8 years at 720 px, cubic 3.05) for at most 1 ms more a picture.
 */
function shrink(image: Sharp, maxDim: number): Sharp {
  return image.resize({
    width: maxDim,
    height: maxDim,
    fit: 'inside',
    withoutEnlargement: true,
    kernel: 'lanczos3',
  });
}

/** @throws {ImageError} CORRUPT, UNSUPPORTED_FORMAT */
async function readPixels(
  sharp: SharpModule,
  bytes: Buffer,
  { format, metadata }: Header,
  maxPixels: number,
  reshape: (image: Sharp) => Sharp,
): Promise<Raster> {
  const isSrgb = metadata.icc !== undefined && isSrgbProfile(metadata.icc);
  const read = async (failOn: 'warning' | 'error'): Promise<Raster> => {
    const image = sharp(bytes, { limitInputPixels: maxPixels, failOn, autoOrient: true, ignoreIcc: isSrgb });
    const shaped = reshape(image).flatten({ background: WHITE }).toColourspace('srgb');
    // sharp takes deep pictures with a profile to Display P3; the output profile takes them on to sRGB.
    if (metadata.depth === 'ushort' && metadata.hasProfile && !isSrgb) shaped.withIccProfile('srgb');
    const { data, info } = await shaped.raw().toBuffer({ resolveWithObject: true });
    if (info.channels !== 3) {
      throw new ImageError('UNSUPPORTED_FORMAT', `pictures of ${info.channels} channels cannot be decoded`);
    }
    return { data, width: info.width, height: info.height };
  };
  try {
    return await read('warning').catch((error: unknown) => {
      if (format === 'jpeg' && isHarmlessWarning(error)) return read('error');
      throw error;
    });
  } catch (error) {
    throw error instanceof ImageError ? error : new ImageError('CORRUPT', decoderMessage(error));
  }
}

/** What the installed sharp can do with one format. */
export interface FormatSupport {
  readonly format: PictureFormat;
  readonly reads: boolean;
  readonly writes: boolean;
}

/** sharp's version and abilities, for `doctor`. @throws when sharp or its libvips cannot be loaded. */
export function supportedFormats(): {
  readonly version: string;
  readonly formats: readonly FormatSupport[];
} {
  const sharp = loadSharp();
  return {
    version: `sharp ${sharp.versions.sharp}, libvips ${sharp.versions.vips}`,
    formats: PICTURE_FORMATS.map((format) => {
      const { input, output } = sharp.format[format === 'avif' ? 'heif' : format];
      return { format, reads: input.buffer, writes: output.buffer };
    }),
  };
}
