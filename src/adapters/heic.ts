import { readHeifIndex } from '../core/picture-format/heif-index.js';
import { withKnownBrand } from '../core/picture-format/iso-media.js';
import { messageOf } from '../core/thrown.js';
import { ImageError } from '../errors.js';
import { decoderFault } from './sharp/decoder-message.js';

/** One of the pictures that stand for themselves in a HEIF file: no thumbnail, no tile, no depth map. */
interface HeicPicture {
  readonly width: number;
  readonly height: number;
  /** RGBA, 8 bits a sample, turned as the file says. */
  decode(): Promise<{ readonly data: Uint8ClampedArray<ArrayBuffer> }>;
}

interface HeicDecode {
  readonly all: (input: { readonly buffer: Uint8Array }) => Promise<HeicPictures>;
}

type HeicPictures = readonly HeicPicture[] & { dispose(): void };

/** Which picture of a file is wanted, and its size by the header, in pixels. */
interface Wanted {
  readonly index: number;
  readonly width: number;
  readonly height: number;
}

/** A limit of libheif, which it names on its console alone: 1,000 tiles of 512 pixels are 260 megapixels. */
const MAX_ITEMS = 1000;

/**
 * Decodes a HEIC picture with libheif as WebAssembly, upright. Loading it takes a third of a second and 30 MB: this module
 * is imported when a HEIC arrives and no sooner.
 *
 * @throws {ImageError} CORRUPT, TOO_LARGE or UNSUPPORTED_FORMAT.
 */
export async function decodeHeic(
  file: Buffer,
  { index, width, height }: Wanted,
): Promise<{ data: Buffer; width: number; height: number }> {
  const items = readHeifIndex(file)?.items.size ?? 0;
  if (items > MAX_ITEMS)
    throw new ImageError('TOO_LARGE', `the HEIC is made of ${items} items, and libheif takes ${MAX_ITEMS}`);
  const { default: heic } = (await import('heic-decode')) as { default: HeicDecode };
  const pictures = await heic.all({ buffer: withKnownBrand(file) }).catch((error: unknown) => {
    throw decoderFault(error);
  });
  try {
    // Not every file has its main picture first, and what was checked is the size of that one.
    const picture = pictures[index];
    if (picture?.width !== width || picture.height !== height) {
      throw new ImageError(
        'UNSUPPORTED_FORMAT',
        'the HEIC file holds several pictures, and its main one is not found',
      );
    }
    const { data } = await picture.decode();
    return { data: Buffer.from(data.buffer, data.byteOffset, data.byteLength), width, height };
  } catch (error) {
    if (error instanceof ImageError) throw error;
    // libheif's reason goes no further than its console.
    throw new ImageError('CORRUPT', `the HEIC cannot be decoded (${messageOf(error)})`);
  } finally {
    pictures.dispose();
  }
}
