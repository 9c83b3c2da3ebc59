import type { Sharp } from 'sharp';
import type { WritableFormat } from '../../core/picture-format/signatures.js';

/**
 * How copies are written. Times are for 12 megapixels on one core; files of these formats other than JPEG are seldom
 * that large. Metadata is never copied, so nothing private leaves with a copy and orientation is not applied twice.
 */
export const ENCODERS: Readonly<Record<WritableFormat, (image: Sharp) => Sharp>> = {
  // Huffman tables as they come: 35 ms instead of 128 ms, for a fifth more bytes.
  jpeg: (image) => image.jpeg({ quality: 90, chromaSubsampling: '4:2:0', optimiseCoding: false }),
  // Filters halve a photo; zlib levels above 3 hardly gain. 0.7 s.
  png: (image) => image.png({ compressionLevel: 3, adaptiveFiltering: true }),
  // 0.6 s; the default effort takes 1.3 s for 1 % fewer bytes.
  webp: (image) => image.webp({ quality: 90, effort: 2 }),
  // Lossless, read by everything. 0.5 s.
  tiff: (image) => image.tiff({ compression: 'lzw', predictor: 'horizontal' }),
  // Quantised again to 256 colours. 3.4 s; the default effort takes 9 s.
  gif: (image) => image.gif({ effort: 1 }),
  // 1 s; the default effort takes tens of seconds.
  avif: (image) => image.avif({ quality: 70, effort: 0 }),
};

/** A thumbnail: 160 pixels take about 4.5 KB and 3 ms. */
export const encodePreview = (image: Sharp): Sharp => image.webp({ quality: 75, effort: 3 });
