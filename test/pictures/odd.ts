import sharp, { type Sharp } from 'sharp';
import { afterSoi, jpegSegment } from './bytes.js';
import { ASTRONAUT, astronautPng, encoded, FIXTURES, type MadePicture } from './made-picture.js';
import { ascii, astronautSamples, long, short, tiffFile, tiffPage, withChannels } from './tiffs.js';

/** Unusual files of the astronaut, upright and 512 x 512 unless named small, that must be tagged like any other. */
export async function oddPictures(): Promise<MadePicture[]> {
  const jpeg = await encoded((image) => image.jpeg());
  const png = await astronautPng();
  const [gifFrames, webpFrames, tiffPages] = await Promise.all([
    frames((image) => image.gif()),
    frames((image) => image.webp()),
    frames((image) => image.tiff({ compression: 'lzw' })),
  ]);
  const [samples, small] = [await astronautSamples(), await astronautSamples(64)];
  const made: Record<string, Buffer> = {
    'plain.gif': await encoded((image) => image.gif()),
    'animated.gif': gifFrames,
    'animated.webp': webpFrames,
    'pages.tif': tiffPages,
    'drone.tif': tiffFile(tiffPage({ ...samples, fields: [ascii(271, 'without its NUL')] })),
    'selection.tif': tiffFile(tiffPage({ ...withChannels(samples, 1), fields: [short(338, 0)] })),
    'thumbnail-first.tif': tiffFile(tiffPage({ ...small, fields: [long(254, 1)] }), tiffPage(samples)),
    'plain.webp': await encoded((image) => image.webp()),
    'plain.avif': await encoded((image) => image.avif({ effort: 0 })),
    'deep.avif': await encoded((image) => image.avif({ effort: 0, bitdepth: 10 })),
    'deep.png': await encoded((image) => image.toColourspace('rgb16').png()),
    'deep-profile.png': await encoded((image) => image.toColourspace('rgb16').withIccProfile('p3').png()),
    'grey.jpg': await encoded((image) => image.grayscale().toColourspace('b-w').jpeg()),
    'grey-deep.png': await encoded((image) => image.grayscale().toColourspace('grey16').png()),
    'palette.png': await encoded((image) => image.png({ palette: true })),
    'alpha.png': await encoded((image) => image.ensureAlpha(1).png()),
    'alpha.webp': await encoded((image) => image.ensureAlpha(1).webp()),
    'cmyk.jpg': await encoded((image) => image.toColourspace('cmyk').jpeg()),
    'display-p3.jpg': await encoded((image) => image.withIccProfile('p3').jpeg()),
    'srgb.jpg': await encoded((image) => image.withIccProfile('srgb').jpeg()),
    'progressive.jpg': await encoded((image) => image.jpeg({ progressive: true })),
    'thumbnail.jpg': await jpegWithThumbnail(),
    'trailing.jpg': Buffer.concat([jpeg, Buffer.from('MotionPhoto_Data'), Buffer.alloc(9000, 0x41)]),
    'preview.jpg': Buffer.concat([jpeg, Buffer.alloc(512), await thumbnail()]),
    'padded.jpg': Buffer.concat([jpeg, Buffer.alloc(20_000)]),
    'loose-bytes.jpg': withLooseBytes(jpeg),
    'jpeg-bytes.png': jpeg,
    'png-bytes.jpg': png,
    'UPPER.JPG': jpeg,
  };
  return Object.entries(made).map(([name, bytes]) => ({ name, bytes, expected: 'ok' }));
}

/** How a picture is stored so that its EXIF orientation (1 to 8, in order) turns it upright: mirrored, then rotated. */
const STORED = [
  { mirror: 'none', angle: 0 },
  { mirror: 'flop', angle: 0 },
  { mirror: 'none', angle: 180 },
  { mirror: 'flip', angle: 0 },
  { mirror: 'flip', angle: 90 },
  { mirror: 'none', angle: 270 },
  { mirror: 'flip', angle: 270 },
  { mirror: 'none', angle: 90 },
] as const;

/** One picture under the eight EXIF orientations; all are seen upright. */
export async function orientedPictures(file: string = ASTRONAUT): Promise<MadePicture[]> {
  return Promise.all(
    STORED.map(async ({ mirror, angle }, index) => {
      const image = sharp(file);
      const mirrored = mirror === 'none' ? image : image[mirror]();
      // A second pass, for sharp rotates before it mirrors whatever the order of the calls.
      const bytes = await sharp(await mirrored.png().toBuffer())
        .rotate(angle)
        .withMetadata({ orientation: index + 1 })
        .jpeg({ quality: 95, chromaSubsampling: '4:4:4' })
        .toBuffer();
      return { name: `orientation-${index + 1}.jpg`, bytes, expected: 'ok' as const };
    }),
  );
}

/** File names that trip shells, globs and parsers; all are legal on Linux. */
export const ODD_NAMES: readonly string[] = [
  'two words.jpg',
  'Ünïcödé été 写真.jpg',
  'it\'s "quoted".jpg',
  'line\nbreak.jpg',
  'glob[0-9]*{a,b}?!(x).jpg',
  'photos (2020).jpg',
  '-rf.jpg',
  '--output.jpg',
  'a[page=2].jpg',
  'comma, semicolon; tab\t.jpg',
  '%s %d ${HOME}.jpg',
  'back\\slash.jpg',
];

/** A JPEG whose EXIF holds a whole small JPEG, end marker included, in front of the picture's own data. */
export async function jpegWithThumbnail(): Promise<Buffer> {
  // Big-endian TIFF header with an empty directory; the thumbnail follows unreferenced, as far as markers go the same.
  const exif = Buffer.from('Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0', 'latin1');
  const segment = jpegSegment(0xe1, Buffer.concat([exif, await thumbnail()]));
  return afterSoi(await encoded((image) => image.jpeg()), segment);
}

/** Stray bytes between the first two segments: some cameras do that, and libjpeg warns. */
function withLooseBytes(jpeg: Buffer): Buffer {
  const end = 4 + jpeg.readUInt16BE(4);
  return Buffer.concat([jpeg.subarray(0, end), Buffer.alloc(3), jpeg.subarray(end)]);
}

function thumbnail(): Promise<Buffer> {
  return encoded((image) => image.resize(64).jpeg());
}

/** The astronaut, then two frames of another picture. */
async function frames(encode: (image: Sharp) => Sharp): Promise<Buffer> {
  const other = await sharp(`${FIXTURES}/camera.png`).toColourspace('srgb').png().toBuffer();
  return encode(sharp([ASTRONAUT, other, other], { join: { animated: true } })).toBuffer();
}
