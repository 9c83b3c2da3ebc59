import path from 'node:path';
import { repository } from '../../shared.js';

/** Files of the generator that the tests decode, with what their encoders' own readers show. */
export const SAMPLE_FOLDER = path.join(repository, 'fixtures/sound');

/** Of a cell's mean colour, 0 to 255. Readers differ in how they enlarge chroma and round. */
const TOLERANCE = 3;

/** CMYK without a profile: every reader has a conversion of its own. */
const CMYK_TOLERANCE = 40;

export const tolerance = (name: string): number => (/cmyk/i.test(name) ? CMYK_TOLERANCE : TOLERANCE);

const SAMPLE = new Set([
  'sharp-portrait-q30.webp',
  'webp-portrait.webp',
  'webp-portrait-q_10.webp',
  'ffmpeg-portrait-c_v_libwebp.webp',
  'webp-portrait-f_0_sharpness_7.webp',
  'sharp-portrait.avif',
  'sharp-letterbox-q30.webp',
  'webp-cutout-alpha_q_20.webp',
  'libheif-white-q_60.heic',
  'libheif-photo-q_60.heic',
  'libheif-grey.heic',
  'libheif-photo-b_10.heic',
  'libheif-screenshot-q_60.heic',
  'libavif-photo-s_10_irot_1.avif',
  'libavif-photo-s_10_imir_1.avif',
  'libavif-photo-s_10_irot_3_imir_0.avif',
  'libavif-photo-s_10_d_10.avif',
  'libavif-photo-s_10_y_400.avif',
  'libavif-photo-s_10_duration_4.avif',
  'libavif-white-s_10.avif',
  'sharp-dot.webp',
  'sharp-dot.gif',
  'sharp-dot.jpg',
  'sharp-row.jpg',
  'sharp-column.webp',
  'webp-scrap.webp',
  'webp-white-lossless.webp',
  'webp-white.webp',
  'webp-black.webp',
  'webp-screenshot-lossless.webp',
  'webp-gradient.webp',
  'pillow-photo-frames.webp',
  'imagemagick-white.gif',
  'imagemagick-screenshot.gif',
  'imagemagick-grey-depth_4.png',
  'imagemagick-screenshot-monochrome_depth_1.png',
  'ffmpeg-photo-pix_fmt_monob.png',
  'imagemagick-photo-colors_16_PNG8.png',
  'pillow-home-late6.png',
  'pillow-home-late5.png',
  'pillow-home-orientation3.png',
  'pillow-home-orientation7.tif',
  'sharp-home-orientation6.tif',
  'sharp-home-orientation8.jpg',
  'pillow-home-orientation5.webp',
  'pillow-photo-g3.tif',
  'pillow-photo-g4.tif',
  'imagemagick-photo-monochrome_compress_Fax.tif',
  'imagemagick-grey-depth_4.tif',
  'imagemagick-screenshot-monochrome_define_quantum_polarity_min_is_white.tif',
  'pillow-white-packbits.tif',
  'libtiff-photo-c_jpeg_75_r_16.tif',
  'pillow-photo-1.bmp',
  'imagemagick-screenshot-colors_16_compress_RLE_BMP3.bmp',
  'libjpeg-turbo-photo-restart_1.jpg',
  'libjpeg-turbo-photo-progressive_restart_1.jpg',
  'libjpeg-turbo-photo-quality_1.jpg',
  'libjpeg-turbo-photo-sample_4x1.jpg',
  'libjpeg-turbo-photo-grayscale.jpg',
  'sharp-white-mozjpeg.jpg',
]);

export const inSample = (name: string): boolean => SAMPLE.has(name);
