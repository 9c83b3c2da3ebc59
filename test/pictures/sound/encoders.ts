import type { Sharp } from 'sharp';
import type { Reader } from './readers.js';
import type { Scene } from './scenes.js';

/** How one file is made. */
export type Make =
  | { readonly kind: 'sharp'; readonly encode: (image: Sharp) => Sharp }
  | { readonly kind: 'pillow'; readonly job: PillowJob }
  /** As Pillow writes it, with the `eXIf` chunk moved behind the pixels. */
  | { readonly kind: 'late exif'; readonly orientation: number }
  /** `IN`, `PPM`, `TIF` and `GIF` in the arguments stand for the scene in that form, `OUT` for the file. */
  | { readonly kind: 'command'; readonly command: string; readonly arguments: readonly string[] };

interface PillowJob {
  readonly mode?: string;
  readonly options?: Readonly<Record<string, unknown>>;
  /** EXIF orientation, 1 to 8. */
  readonly orientation?: number;
  readonly frames?: number;
}

/** A sound file, and who reads it as its maker means it. */
export interface SoundFile {
  readonly name: string;
  readonly by: Encoder;
  readonly scene: Scene;
  readonly make: Make;
  readonly reader: Reader;
}

export const ENCODERS = [
  'sharp',
  'pillow',
  'imagemagick',
  'webp',
  'libtiff',
  'libheif',
  'libavif',
  'ffmpeg',
  'libjpeg-turbo',
] as const;
type Encoder = (typeof ENCODERS)[number];

const ORIENTATIONS = [1, 2, 3, 4, 5, 6, 7, 8];

/** A name that tells scene and settings, with the ending. */
const fileName = (by: string, scene: string, ending: string, ...settings: readonly string[]): string =>
  [by, scene, ...settings.map((text) => text.replaceAll(/[^\w.]+/g, '_').replaceAll(/^_|_$/g, ''))]
    .filter(Boolean)
    .join('-') + `.${ending}`;

type SharpRow = readonly [setting: string, ending: string, scenes: string, encode: (image: Sharp) => Sharp];

const SHARP: readonly SharpRow[] = [
  ['', 'jpg', 'photo white portrait letterbox grey dot row column large', (image) => image.jpeg()],
  ['progressive', 'jpg', 'photo white portrait', (image) => image.jpeg({ progressive: true })],
  ['cmyk', 'jpg', 'photo white', (image) => image.toColourspace('cmyk').jpeg()],
  ['mozjpeg', 'jpg', 'photo screenshot white', (image) => image.jpeg({ mozjpeg: true })],
  ['', 'png', 'photo cutout grey deep dot large huge', (image) => image.png()],
  ['interlaced', 'png', 'photo cutout', (image) => image.png({ progressive: true })],
  ['palette', 'png', 'photo screenshot cutout', (image) => image.png({ palette: true })],
  [
    '',
    'webp',
    'photo white black portrait letterbox cutout screenshot gradient grey dot row column scrap large huge',
    (image) => image.webp(),
  ],
  ['q30', 'webp', 'white portrait letterbox screenshot', (image) => image.webp({ quality: 30 })],
  ['q95', 'webp', 'white portrait cutout letterbox', (image) => image.webp({ quality: 95 })],
  [
    'lossless',
    'webp',
    'photo white portrait cutout letterbox screenshot dot',
    (image) => image.webp({ lossless: true }),
  ],
  ['near', 'webp', 'photo cutout', (image) => image.webp({ nearLossless: true })],
  ['alpha', 'webp', 'cutout', (image) => image.webp({ alphaQuality: 40 })],
  ['', 'gif', 'photo cutout screenshot white dot', (image) => image.gif()],
  ['', 'avif', 'photo white portrait cutout screenshot dot', (image) => image.avif({ effort: 0 })],
  ['10', 'avif', 'photo', (image) => image.avif({ effort: 0, bitdepth: 10 })],
  ['none', 'tif', 'photo deep cutout grey', (image) => image.tiff({ compression: 'none' })],
  [
    'lzw',
    'tif',
    'photo white cutout deep',
    (image) => image.tiff({ compression: 'lzw', predictor: 'horizontal' }),
  ],
  ['tiled', 'tif', 'photo large', (image) => image.tiff({ compression: 'deflate', tile: true })],
  ['pyramid', 'tif', 'large', (image) => image.tiff({ compression: 'jpeg', tile: true, pyramid: true })],
  ['jpeg', 'tif', 'photo portrait', (image) => image.tiff({ compression: 'jpeg' })],
  ['big', 'tif', 'photo', (image) => image.tiff({ compression: 'lzw', bigtiff: true })],
];

type PillowRow = readonly [setting: string, ending: string, scenes: string, job: PillowJob];

const PILLOW: readonly PillowRow[] = [
  ['', 'jpg', 'photo white portrait dot scrap', {}],
  ['progressive', 'jpg', 'photo grey', { options: { progressive: true, quality: 60 } }],
  ['444', 'jpg', 'photo', { options: { subsampling: 0, quality: 98, optimize: true } }],
  ['cmyk', 'jpg', 'photo', { mode: 'CMYK' }],
  ['cmyk', 'tif', 'photo', { mode: 'CMYK' }],
  ['', 'png', 'photo cutout grey deep screenshot', {}],
  ['1', 'png', 'photo', { mode: '1' }],
  ['la', 'png', 'cutout', { mode: 'LA' }],
  ['p', 'png', 'photo cutout', { mode: 'P' }],
  ['deep', 'png', 'grey-deep', { mode: 'I;16' }],
  ['', 'webp', 'photo white portrait cutout letterbox screenshot', {}],
  ['lossless', 'webp', 'photo white cutout', { options: { lossless: true } }],
  ['exact', 'webp', 'cutout', { options: { exact: true, method: 6 } }],
  ['frames', 'webp', 'photo cutout portrait', { frames: 3 }],
  ['', 'gif', 'photo screenshot', { mode: 'P' }],
  ['frames', 'gif', 'photo', { mode: 'P', frames: 3 }],
  ['', 'bmp', 'photo grey', {}],
  ['1', 'bmp', 'photo', { mode: '1' }],
  ['p', 'bmp', 'photo', { mode: 'P' }],
  ['raw', 'tif', 'photo cutout grey white', {}],
  ['1', 'tif', 'photo', { mode: '1' }],
  ['la', 'tif', 'cutout', { mode: 'LA' }],
  ['p', 'tif', 'photo', { mode: 'P' }],
  ['deep', 'tif', 'grey-deep', { mode: 'I;16' }],
  ['lzw', 'tif', 'photo cutout', { options: { compression: 'tiff_lzw' } }],
  ['deflate', 'tif', 'photo', { options: { compression: 'tiff_adobe_deflate' } }],
  ['packbits', 'tif', 'photo white', { options: { compression: 'packbits' } }],
  ['g4', 'tif', 'photo', { mode: '1', options: { compression: 'group4' } }],
  ['g3', 'tif', 'photo', { mode: '1', options: { compression: 'group3' } }],
  ['jpeg', 'tif', 'photo', { options: { compression: 'jpeg' } }],
  ['pages', 'tif', 'photo', { frames: 3 }],
];

/** One line each: scenes, ending, arguments. */
type CommandRow = readonly [scenes: string, ending: string, args: string, reader?: Reader];

const IMAGEMAGICK: readonly CommandRow[] = [
  ['photo white dot', 'jpg', 'IN -quality 85 OUT'],
  ['photo', 'jpg', 'IN -sampling-factor 4:1:1 OUT'],
  ['photo', 'jpg', 'IN -sampling-factor 4:4:0 OUT'],
  ['photo', 'jpg', 'IN -interlace JPEG -quality 30 OUT'],
  ['photo', 'jpg', 'IN -colorspace Gray OUT'],
  ['photo', 'jpg', 'IN -colorspace CMYK OUT'],
  ['photo', 'tif', 'IN -colorspace CMYK -compress LZW OUT'],
  ['photo cutout', 'png', 'IN -interlace PNG OUT'],
  ['photo screenshot', 'png', 'IN -colors 16 PNG8:OUT'],
  ['photo', 'png', 'IN PNG48:OUT'],
  ['cutout', 'png', 'IN PNG64:OUT'],
  ['screenshot', 'png', 'IN -monochrome -depth 1 OUT'],
  ['grey', 'png', 'IN -depth 4 OUT'],
  ['photo cutout white screenshot', 'gif', 'IN OUT'],
  ['photo', 'gif', 'IN -interlace GIF OUT'],
  ['photo', 'gif', 'IN ( +clone -flip ) -set delay 10 OUT'],
  ['cutout', 'gif', 'IN ( +clone -flop ) -dispose previous OUT'],
  ['photo cutout', 'tif', 'IN -compress none OUT'],
  ['photo white', 'tif', 'IN -compress LZW OUT'],
  ['photo', 'tif', 'IN -compress Zip OUT'],
  ['photo', 'tif', 'IN -compress RLE OUT'],
  ['photo', 'tif', 'IN -compress JPEG OUT'],
  ['photo', 'tif', 'IN -monochrome -compress Group4 OUT'],
  ['photo', 'tif', 'IN -monochrome -compress Fax OUT'],
  ['photo', 'tif', 'IN -endian MSB OUT'],
  ['photo', 'tif', 'IN -interlace plane OUT'],
  ['photo', 'tif', 'IN -define tiff:tile-geometry=64x64 OUT'],
  ['photo', 'tif', 'IN -define tiff:rows-per-strip=1 OUT'],
  ['photo', 'tif', 'IN -define tiff:fill-order=lsb OUT'],
  ['screenshot', 'tif', 'IN -monochrome -define quantum:polarity=min-is-white OUT'],
  ['grey', 'tif', 'IN -define quantum:polarity=min-is-white OUT'],
  ['cutout', 'tif', 'IN -define tiff:alpha=associated OUT'],
  ['cutout', 'tif', 'IN -define tiff:alpha=unassociated OUT'],
  ['photo', 'tif', 'IN -colors 32 -type Palette OUT'],
  ['grey', 'tif', 'IN -depth 4 OUT'],
  ['deep', 'tif', 'IN -depth 16 OUT'],
  ['photo', 'tif', 'IN ( +clone -flip ) OUT'],
  ['photo white', 'bmp', 'IN OUT'],
  ['photo', 'bmp', 'IN BMP2:OUT'],
  ['photo', 'bmp', 'IN BMP3:OUT'],
  ['photo', 'bmp', 'IN -colors 16 BMP3:OUT'],
  ['screenshot', 'bmp', 'IN -colors 16 -compress RLE BMP3:OUT'],
  ['screenshot', 'bmp', 'IN -monochrome OUT'],
  ['photo portrait cutout', 'webp', 'IN OUT'],
];

const WEBP: readonly CommandRow[] = [
  ['photo white black portrait letterbox cutout screenshot gradient dot scrap huge', 'webp', 'IN -o OUT'],
  ['photo portrait', 'webp', '-q 10 IN -o OUT'],
  ['white portrait letterbox', 'webp', '-q 100 IN -o OUT'],
  ['white cutout portrait screenshot', 'webp', '-lossless IN -o OUT'],
  ['photo', 'webp', '-lossless -z 9 IN -o OUT'],
  ['screenshot', 'webp', '-near_lossless 40 IN -o OUT'],
  ['portrait', 'webp', '-segments 1 IN -o OUT'],
  ['letterbox', 'webp', '-partition_limit 50 IN -o OUT'],
  ['portrait letterbox', 'webp', '-mt -noasm IN -o OUT'],
  ['portrait letterbox', 'webp', '-m 0 IN -o OUT'],
  ['portrait', 'webp', '-m 6 -pass 6 IN -o OUT'],
  ['photo', 'webp', '-preset photo IN -o OUT'],
  ['screenshot white', 'webp', '-preset drawing IN -o OUT'],
  ['portrait', 'webp', '-f 0 -sharpness 7 IN -o OUT'],
  ['portrait', 'webp', '-strong IN -o OUT'],
  ['cutout', 'webp', '-alpha_q 20 IN -o OUT'],
  ['cutout', 'webp', '-alpha_method 0 IN -o OUT'],
  ['cutout', 'webp', '-noalpha IN -o OUT'],
  ['photo', 'webp', '-jpeg_like -sharp_yuv IN -o OUT'],
];

const LIBTIFF: readonly CommandRow[] = [
  ['photo', 'tif', '-c none TIF OUT'],
  ['photo white', 'tif', '-c lzw:2 TIF OUT'],
  ['photo', 'tif', '-c zip:2:p9 TIF OUT'],
  ['photo', 'tif', '-c packbits TIF OUT'],
  ['photo', 'tif', '-c jpeg:75 -r 16 TIF OUT'],
  ['photo', 'tif', '-c jpeg:r:90 -r 16 TIF OUT'],
  ['photo', 'tif', '-t -w 32 -l 32 -c lzw TIF OUT'],
  ['photo', 'tif', '-t -w 64 -l 16 -c zip TIF OUT'],
  ['photo', 'tif', '-s -r 7 TIF OUT'],
  ['photo', 'tif', '-B TIF OUT'],
  ['photo', 'tif', '-B -8 TIF OUT'],
  ['photo', 'tif', '-8 -L -c lzw TIF OUT'],
  ['photo', 'tif', '-f lsb2msb TIF OUT'],
  ['photo', 'tif', '-p separate TIF OUT'],
  ['photo', 'tif', '-p separate -c lzw TIF OUT'],
  ['photo', 'tif', '-p separate -t -w 32 -l 32 TIF OUT'],
  ['grey', 'tif', '-c zip TIF OUT'],
  ['deep', 'tif', '-c lzw:2 TIF OUT', 'imagemagick'],
  ['cutout', 'tif', '-c lzw TIF OUT'],
];

const LIBHEIF: readonly CommandRow[] = [
  ['photo white portrait letterbox cutout screenshot large', 'heic', '-q 60 IN -o OUT'],
  ['photo', 'heic', '-q 95 IN -o OUT'],
  ['photo', 'heic', '-L IN -o OUT'],
  ['photo', 'heic', '-b 10 IN -o OUT'],
  ['grey', 'heic', 'IN -o OUT'],
  ['photo', 'heic', '-t off IN -o OUT'],
  ['photo white cutout', 'avif', '-A -q 60 IN -o OUT'],
];

const LIBAVIF: readonly CommandRow[] = [
  ['photo white portrait cutout screenshot large', 'avif', '-s 10 IN OUT'],
  ['photo', 'avif', '-s 10 -y 444 IN OUT'],
  ['photo', 'avif', '-s 10 -y 422 IN OUT'],
  ['photo', 'avif', '-s 10 -y 400 IN OUT'],
  ['photo', 'avif', '-s 10 -d 10 IN OUT'],
  ['photo', 'avif', '-s 10 -d 12 IN OUT'],
  ['photo', 'avif', '-s 10 -r limited IN OUT'],
  ['photo', 'avif', '-s 10 --lossless IN OUT'],
  ['photo', 'avif', '-s 10 --irot 1 IN OUT'],
  ['photo', 'avif', '-s 10 --imir 1 IN OUT'],
  ['photo', 'avif', '-s 10 --irot 3 --imir 0 IN OUT'],
  ['photo portrait', 'avif', '-s 10 --duration 4 IN IN OUT', 'avifdec'],
  ['cutout', 'avif', '-s 10 -p IN OUT'],
];

const FFMPEG: readonly CommandRow[] = [
  ['photo white', 'jpg', '-i IN -pix_fmt yuvj420p -q:v 3 OUT'],
  ['photo', 'jpg', '-i IN -pix_fmt yuvj422p -q:v 3 OUT'],
  ['photo', 'jpg', '-i IN -pix_fmt yuvj444p -q:v 3 OUT'],
  ['photo', 'png', '-i IN -pix_fmt rgb24 OUT'],
  ['photo', 'png', '-i IN -pix_fmt rgb48be OUT'],
  ['cutout', 'png', '-i IN -pix_fmt rgba OUT'],
  ['cutout', 'png', '-i IN -pix_fmt rgba64be OUT'],
  ['grey', 'png', '-i IN -pix_fmt gray OUT'],
  ['grey-deep', 'png', '-i IN -pix_fmt gray16be OUT'],
  ['photo', 'png', '-i IN -pix_fmt monob OUT'],
  ['photo', 'png', '-i IN -pix_fmt pal8 OUT'],
  ['photo', 'png', '-i IN -pred mixed OUT'],
  ['photo', 'bmp', '-i IN -pix_fmt bgr24 OUT'],
  ['photo', 'bmp', '-i IN -pix_fmt rgb565le OUT'],
  ['photo', 'bmp', '-i IN -pix_fmt rgb555le OUT'],
  ['photo', 'bmp', '-i IN -pix_fmt rgb8 OUT'],
  ['grey', 'bmp', '-i IN -pix_fmt gray OUT'],
  ['photo', 'bmp', '-i IN -pix_fmt monob OUT'],
  ['photo', 'tif', '-i IN -pix_fmt rgb24 OUT'],
  ['photo', 'tif', '-i IN -pix_fmt rgb24 -compression_algo lzw OUT'],
  ['photo', 'tif', '-i IN -pix_fmt rgb24 -compression_algo deflate OUT'],
  ['photo', 'tif', '-i IN -pix_fmt rgb24 -compression_algo raw OUT'],
  ['photo', 'tif', '-i IN -pix_fmt rgb48le OUT'],
  ['cutout', 'tif', '-i IN -pix_fmt rgba OUT', 'pillow'],
  ['grey', 'tif', '-i IN -pix_fmt gray OUT'],
  ['photo', 'tif', '-i IN -pix_fmt pal8 OUT'],
  ['photo', 'tif', '-i IN -pix_fmt monob OUT'],
  ['photo screenshot', 'gif', '-i IN OUT'],
  ['photo white portrait', 'webp', '-i IN -c:v libwebp OUT', 'pillow'],
  ['photo', 'webp', '-i IN -c:v libwebp -lossless 1 OUT', 'pillow'],
];

const LIBJPEG: readonly CommandRow[] = [
  ['photo white portrait letterbox screenshot scrap dot', 'jpg', '-outfile OUT PPM'],
  ['photo', 'jpg', '-restart 1 -outfile OUT PPM'],
  ['photo', 'jpg', '-restart 3B -outfile OUT PPM'],
  ['photo white portrait', 'jpg', '-progressive -outfile OUT PPM'],
  ['photo', 'jpg', '-progressive -restart 1 -outfile OUT PPM'],
  ['photo', 'jpg', '-grayscale -outfile OUT PPM'],
  ['photo', 'jpg', '-rgb -outfile OUT PPM'],
  ['photo', 'jpg', '-optimize -quality 100 -outfile OUT PPM'],
  ['photo', 'jpg', '-quality 1 -outfile OUT PPM'],
  ['photo', 'jpg', '-dct float -smooth 30 -outfile OUT PPM'],
  ['photo', 'jpg', '-sample 4x1 -outfile OUT PPM'],
  ['photo', 'jpg', '-sample 1x2 -outfile OUT PPM'],
];

/** Pillow turns no TIFF and reads no AVIF. */
const readerFor = (ending: string): Reader =>
  ending === 'avif' ? 'libheif' : ending === 'tif' ? 'imagemagick' : 'pillow';

/** The arguments without those that only say where files are. */
const settingsOf = (args: string): string =>
  args
    .split(' ')
    .filter((word) => !['IN', 'PPM', 'TIF', 'OUT', '-i', '-o', '-outfile'].includes(word))
    .map((word) => word.replace(':OUT', ''))
    .join(' ');

const commands = (
  by: Encoder,
  command: string,
  reader: Reader,
  rows: readonly CommandRow[],
  before: readonly string[] = [],
): SoundFile[] =>
  rows.flatMap(([scenes, ending, args, other]) =>
    scenes.split(' ').map((scene) => ({
      name: fileName(by, scene, ending, settingsOf(args)),
      by,
      scene: scene as Scene,
      make: { kind: 'command' as const, command, arguments: [...before, ...args.split(' ')] },
      reader: other ?? reader,
    })),
  );

/** Eight orientations in each place that a format has for them. */
const oriented = (): SoundFile[] =>
  ORIENTATIONS.flatMap((orientation) => [
    ...['jpg', 'png', 'webp', 'tif'].map((ending) => ({
      name: fileName('pillow', 'home', ending, `orientation${orientation}`),
      by: 'pillow' as const,
      scene: 'home' as const,
      make: { kind: 'pillow' as const, job: { orientation } },
      reader: readerFor(ending),
    })),
    {
      name: fileName('pillow', 'home', 'png', `late${orientation}`),
      by: 'pillow' as const,
      scene: 'home' as const,
      make: { kind: 'late exif' as const, orientation },
      reader: 'pillow' as const,
    },
    ...['jpg', 'png', 'webp', 'tif'].map((ending) => ({
      name: fileName('sharp', 'home', ending, `orientation${orientation}`),
      by: 'sharp' as const,
      scene: 'home' as const,
      make: {
        kind: 'sharp' as const,
        encode: (image: Sharp) =>
          ENDINGS[ending as keyof typeof ENDINGS](image.withMetadata({ orientation })),
      },
      reader: readerFor(ending),
    })),
  ]);

const ENDINGS = {
  jpg: (image: Sharp) => image.jpeg({ quality: 90 }),
  png: (image: Sharp) => image.png(),
  webp: (image: Sharp) => image.webp(),
  tif: (image: Sharp) => image.tiff({ compression: 'lzw' }),
};

/** Every file of the generator. */
export function soundFiles(): readonly SoundFile[] {
  return [
    ...SHARP.flatMap(([setting, ending, scenes, encode]) =>
      scenes.split(' ').map((scene) => ({
        name: fileName('sharp', scene, ending, setting),
        by: 'sharp' as const,
        scene: scene as Scene,
        make: { kind: 'sharp' as const, encode },
        reader: setting === 'cmyk' ? ('scene' as const) : readerFor(ending),
      })),
    ),
    ...PILLOW.flatMap(([setting, ending, scenes, job]) =>
      scenes.split(' ').map((scene) => ({
        name: fileName('pillow', scene, ending, setting),
        by: 'pillow' as const,
        scene: scene as Scene,
        make: { kind: 'pillow' as const, job },
        reader: readerFor(ending),
      })),
    ),
    ...oriented(),
    ...commands('imagemagick', '/usr/bin/convert', 'imagemagick', IMAGEMAGICK),
    ...commands('webp', 'cwebp', 'dwebp', WEBP, ['-quiet']),
    ...commands('libtiff', 'tiffcp', 'tiff2rgba', LIBTIFF),
    ...commands('libheif', 'heif-enc', 'libheif', LIBHEIF),
    ...commands('libavif', 'avifenc', 'libheif', LIBAVIF),
    ...commands('ffmpeg', 'ffmpeg', 'ffmpeg', FFMPEG, ['-nostdin', '-v', 'error', '-y']),
    ...commands('libjpeg-turbo', 'cjpeg', 'pillow', LIBJPEG),
  ];
}
