import { createRequire } from 'node:module';
import type sharp from 'sharp';
import type { Sharp, SharpOptions } from 'sharp';
import { isSrgbProfile } from '../core/picture-format/icc.js';
import {
  requireBounded,
  requireComplete,
  requireDecodable,
  requireDecoder,
  requireUndamaged,
} from '../core/picture-format/inspect.js';
import { estimateCopyBytes, estimateDecodeBytes, type PixelLayout } from '../core/picture-format/memory.js';
import { PICTURE_FORMATS, type PictureFormat } from '../core/picture-format/signatures.js';
import { plainTiff } from '../core/picture-format/plain-tiff.js';
import { findTiffPage, type TiffPage } from '../core/picture-format/tiff-page.js';
import { tiffBlockBytes } from '../core/picture-format/tiff.js';
import { ImageError } from '../errors.js';
import type { Raster } from '../types.js';
import type { DecodeLimits, PictureCodec, PictureDecoder, PreviewEncoder } from '../ports.js';
import { decoderFault, decoderMessage } from './sharp/decoder-message.js';
import { encodePreview, ENCODERS } from './sharp/encoders.js';
import { toTiff } from './sharp/other-formats.js';
import { asSharpReads, readMetadata, type HeaderFacts } from './sharp/read-metadata.js';
import { jpegFault, readJpeg, type ReadJpeg, type ReadPixels } from './sharp/read-jpeg.js';
import { readWebp } from './sharp/read-webp.js';
import { mustBePlain, needsSamples, readTiff } from './sharp/read-tiff.js';

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
  readonly metadata: HeaderFacts;
  /** What decoding takes, in bytes, the file included. */
  readonly memory: number;
  /** Of a TIFF whose directory can be read. */
  readonly page?: TiffPage | undefined;
  /** Size as seen: EXIF orientation applied. */
  readonly width: number;
  readonly height: number;
}

/** Pictures through sharp, which is loaded here and no sooner: it takes 40 ms that only lanes need to spend. */
export function createPictures(): PictureDecoder & PictureCodec & PreviewEncoder {
  const sharp = loadSharp();
  return {
    async decode(bytes, limits) {
      const header = await readHeader(sharp, bytes, limits, estimateDecodeBytes);
      const { raster, warnings } = await readPixels(sharp, bytes, header, limits, (image) =>
        shrink(image, limits.maxDim),
      );
      const { width, height, metadata } = header;
      const orientation = metadata.orientation ?? 1;
      const told = warnings.length > 0 && { warnings };
      return { raster, width, height, orientation, scale: raster.width / width, ...told };
    },
    async decodeFull(bytes, limits, rasters = 1) {
      const header = await readHeader(sharp, bytes, limits, (layout) => estimateCopyBytes(layout, rasters));
      const how = { ...limits, thorough: false };
      const { raster } = await readPixels(sharp, bytes, header, how, (image) => image);
      return { raster, format: header.format };
    },
    async encodePreview({ data, width, height }) {
      return await encodePreview(sharp(data, { raw: { width, height, channels: 3 } })).toBuffer();
    },
    async encode({ data, width, height }, format, longerSide = 0) {
      const image = sharp(data, { raw: { width, height, channels: 3 }, limitInputPixels: false });
      if (longerSide > 0)
        image.resize({ width: longerSide, height: longerSide, fit: 'inside', kernel: 'lanczos3' });
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
 * @param estimate what this use of the picture takes, in bytes beyond the file.
 * @throws {ImageError} any code of `PictureDecoder.decode`.
 */
async function readHeader(
  sharp: SharpModule,
  bytes: Buffer,
  limits: SizeLimits,
  estimate: (layout: PixelLayout) => number,
): Promise<Header> {
  const format = requireDecodable(bytes);
  requireDecoder(bytes, format);
  requireBounded(bytes, format);
  const page = format === 'tiff' ? findTiffPage(bytes) : undefined;
  const file = page && !page.isFirst ? plainTiff(bytes, page).bytes : bytes;
  let metadata: HeaderFacts;
  try {
    metadata = await readMetadata(sharp, file, format);
  } catch (error) {
    const fault = pictureFault(error, bytes, format);
    if (fault.code !== 'UNSUPPORTED_FORMAT') requireComplete(bytes, format);
    throw fault;
  }
  const memory = bytes.length + estimate(layoutOf(format, metadata, file, page));
  requireSmall(metadata, memory, limits);
  requireComplete(bytes, format);
  if (file !== bytes) requireComplete(file, format);
  requireUndamaged(bytes, format);
  const { width, height } = metadata.autoOrient;
  return { format, metadata, memory, page, width, height };
}

/** Why a picture was not decoded. */
function pictureFault(error: unknown, bytes: Buffer, format: PictureFormat): ImageError {
  const fault = decoderFault(error);
  if (format !== 'jpeg' || fault.code !== 'CORRUPT') return fault;
  return jpegFault(bytes) ?? fault;
}

type SizeLimits = Pick<DecodeLimits, 'maxPixels' | 'maxMemory'>;

/** What JPEG can hold; of other formats nothing that a camera or a scanner makes is longer. */
const MAX_SIDE = 65_535;

/**
 * @param memory an estimate, in bytes.
 * @throws {ImageError} TOO_LARGE.
 */
function requireSmall(
  { width, height }: HeaderFacts,
  memory: number,
  { maxPixels, maxMemory }: SizeLimits,
): void {
  const size = `${width} x ${height} pixels`;
  const refuse = (why: string): never => {
    throw new ImageError('TOO_LARGE', `${size} ${why}`);
  };
  if (width * height > maxPixels) refuse(`are more than --max-pixels ${maxPixels}`);
  if (Math.max(width, height) > MAX_SIDE) refuse(`are longer than ${MAX_SIDE} on one side`);
  if (memory > maxMemory) {
    const [needed, left] = [memory, maxMemory].map((count) => Math.round(count / 1e6));
    refuse(`in this format need about ${needed} MB, and --max-lane-memory leaves ${left} MB for a picture`);
  }
}

/** Bytes of a sample by what sharp calls it; the other depths are of 4 bytes or more. */
const SAMPLE_BYTES: Readonly<Record<string, number>> = { uchar: 1, char: 1, ushort: 2, short: 2 };

function layoutOf(
  format: PictureFormat,
  metadata: HeaderFacts,
  bytes: Buffer,
  page: TiffPage | undefined,
): PixelLayout {
  const { width, height, channels, depth, isProgressive, chromaSubsampling, orientation } = metadata;
  return {
    format,
    width,
    height,
    channels,
    sampleBytes: SAMPLE_BYTES[depth] ?? 8,
    interlaced: isProgressive,
    chromaSubsampling,
    blockBytes: format === 'tiff' ? tiffBlockBytes(bytes) : 0,
    heldWhole: page !== undefined && needsSamples(page),
    copiedBytes: page && mustBePlain(page) ? bytes.length : 0,
    orientation: orientation ?? 1,
  };
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

/** @throws {ImageError} CORRUPT, TRUNCATED, TOO_LARGE, UNSUPPORTED_FORMAT */
async function readPixels(
  sharp: SharpModule,
  file: Buffer,
  { format, metadata, memory, page }: Header,
  limits: Omit<DecodeLimits, 'maxDim'>,
  reshape: (image: Sharp) => Sharp,
): Promise<ReadJpeg> {
  const { maxPixels, thorough } = limits;
  const isSrgb = metadata.icc !== undefined && isSrgbProfile(metadata.icc);
  const open = (bytes: Buffer, failOn: 'warning' | 'error', options: SharpOptions = {}): Sharp =>
    sharp(bytes, { limitInputPixels: maxPixels, failOn, autoOrient: true, ignoreIcc: isSrgb, ...options });
  const samplesOf = async (image: Sharp): Promise<Raster & { readonly channels: number }> => {
    const shaped = image.toColourspace('srgb');
    // sharp takes deep pictures with a profile to Display P3; the output profile takes them on to sRGB.
    if (metadata.depth === 'ushort' && metadata.hasProfile && !isSrgb) shaped.withIccProfile('srgb');
    const { data, info } = await shaped.raw().toBuffer({ resolveWithObject: true });
    return { data, width: info.width, height: info.height, channels: info.channels };
  };
  const read: ReadPixels = async (bytes, failOn) => {
    const image = reshape(open(bytes, failOn)).flatten({ background: WHITE });
    const { channels, ...raster } = await samplesOf(image);
    if (channels !== 3)
      throw new ImageError('UNSUPPORTED_FORMAT', `pictures of ${channels} channels cannot be decoded`);
    return raster;
  };
  try {
    if (format === 'jpeg')
      return await readJpeg(file, { interlaced: metadata.isProgressive, thorough }, read);
    if (page) {
      return await readTiff(file, page, {
        read,
        readWhole: async (bytes) => await samplesOf(open(bytes, 'warning', { limitInputChannels: false })),
        icc: metadata.icc,
        requireRoom: () => {
          requireSmall(metadata, memory + file.length, limits);
        },
      });
    }
    if (format === 'webp') return { raster: await readWebp(file, read), warnings: [] };
    const isOther = format === 'heic' || format === 'bmp';
    const readable = isOther ? await toTiff(file, format, metadata) : asSharpReads(file, format);
    return { raster: await read(readable, 'warning'), warnings: [] };
  } catch (error) {
    throw pictureFault(error, file, format);
  }
}

/** What the installed libraries can do with one format. */
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
      // Both are read by other means, and their copies are JPEGs.
      if (format === 'heic' || format === 'bmp')
        return { format, reads: true, writes: sharp.format.jpeg.output.buffer };
      const { input, output } = sharp.format[format === 'avif' ? 'heif' : format];
      return { format, reads: input.buffer, writes: output.buffer };
    }),
  };
}
