import type { PictureFormat } from './signatures.js';

/** What the header says of how the pixels are kept, as far as it decides what decoding them takes. */
export interface PixelLayout {
  readonly format: PictureFormat;
  /** As stored, in pixels. */
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  /** Bytes of one sample of one channel. */
  readonly sampleBytes: number;
  /** A JPEG of several scans, or an interlaced PNG or GIF: no line is finished before the last byte is read. */
  readonly interlaced: boolean;
  /** Of a JPEG: `4:2:0` and so on. */
  readonly chromaSubsampling?: string | undefined;
  /** Of a TIFF: bytes of its largest strip or tile. */
  readonly blockBytes: number;
  /** Of a TIFF: whether its samples are read whole before they become colours. */
  readonly heldWhole?: boolean;
  /** Of a TIFF: bytes of the file that are copied. */
  readonly copiedBytes?: number;
  /** EXIF orientation: above 1 the picture is turned or mirrored. */
  readonly orientation: number;
}

/**
 * Lines that the decoder and the resizer hold between them, at most: a share of the height where that is less. The
 * most that was seen was 2,300 (libvips 8.18, flat pictures of 4,096 to 65,535 px side).
 */
const LINES = 2400;
/** Of a picture with fewer lines each is held about twice. */
const COPIES_OF_A_LINE = 2;

/** Bytes a pixel of decoders that hold the whole picture, their frame buffers and copies included; measured. */
const AVIF_PIXEL = 19;
const DEEP_AVIF_PIXEL = 26;
/** libheif's planes and their RGBA, copies of it in JavaScript, and the TIFF that sharp reads them from. */
const HEIC_PIXEL = 18;
/** One byte an index, three a pixel, and again in the TIFF. */
const BMP_PIXEL = 7;
const GIF_PIXEL = 6;
/** Of a TIFF whose colours are put together here: three bytes a pixel, and again in another TIFF. */
const TIFF_PIXEL = 6;
/** Its samples, and again while colours are made of them. */
const COPIES_OF_SAMPLES = 2;
/** Lossless WebP; a lossy one takes less. */
const WEBP_PIXEL = 4;

/** Stored samples a pixel, by chroma subsampling. */
const JPEG_SAMPLES: Readonly<Record<string, number>> = { '4:2:0': 1.5, '4:2:2': 2, '4:4:0': 2, '4:1:1': 1.5 };
const COEFFICIENT_BYTES = 2;

/**
 * What the decoder takes at its peak, in bytes beyond the file itself: an estimate from above, within a factor of two
 * of what was measured for pictures of 4 to 100 megapixels.
 */
export function estimateDecodeBytes(layout: PixelLayout): number {
  const { format, width, height, channels, sampleBytes, orientation, blockBytes } = layout;
  const { heldWhole = false, copiedBytes = 0 } = layout;
  const pixels = width * height;
  const row = width * channels * sampleBytes;
  const lines = row * Math.min(COPIES_OF_A_LINE * height, LINES);
  // A JPEG or WebP is shrunk while it is decoded, before it is turned.
  const turned = orientation > 1 ? row * height : 0;
  switch (format) {
    case 'jpeg':
      return lines + (layout.interlaced ? pixels * samplesOf(layout) * COEFFICIENT_BYTES : 0);
    case 'webp':
      return pixels * WEBP_PIXEL;
    case 'png':
      return lines + (layout.interlaced ? row * height : 0) + turned;
    case 'tiff':
      return (
        lines +
        blockBytes +
        turned +
        copiedBytes +
        (heldWhole ? pixels * (TIFF_PIXEL + COPIES_OF_SAMPLES * channels) : 0)
      );
    case 'gif':
      return pixels * GIF_PIXEL;
    case 'heic':
      return pixels * HEIC_PIXEL + lines;
    case 'bmp':
      return pixels * BMP_PIXEL + lines;
    case 'avif':
      return pixels * (sampleBytes > 1 ? DEEP_AVIF_PIXEL : AVIF_PIXEL) + turned;
  }
}

function samplesOf({ chromaSubsampling, channels }: PixelLayout): number {
  return JPEG_SAMPLES[chromaSubsampling ?? ''] ?? channels;
}

/** Bytes a pixel of writing a copy: the encoder, and the raster that it reads. Measured with the settings of `ENCODERS`. */
const COPY_PIXEL: Readonly<Record<PictureFormat, number>> = {
  jpeg: 4,
  // Written as JPEG.
  heic: 4,
  bmp: 4,
  png: 4,
  tiff: 4,
  webp: 11,
  gif: 14,
  avif: 25,
};

/**
 * What decoding at full size and writing a copy take at their peak, in bytes beyond the file itself.
 * @param rasters how many are held while a copy is written.
 */
export function estimateCopyBytes(layout: PixelLayout, rasters = 1): number {
  const pixels = layout.width * layout.height;
  const raster = pixels * 4;
  const turned = layout.orientation > 1 ? pixels * 3 : 0;
  const further = (rasters - 1) * pixels * 3;
  return Math.max(
    estimateDecodeBytes(layout) + raster + turned,
    pixels * COPY_PIXEL[layout.format] + further,
  );
}
