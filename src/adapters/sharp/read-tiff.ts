import { plainTiff } from '../../core/picture-format/plain-tiff.js';
import { ASSOCIATED_ALPHA, UNASSOCIATED_ALPHA } from '../../core/picture-format/tiff-kind.js';
import type { TiffPage } from '../../core/picture-format/tiff-page.js';
import { coloursOf, fromYcbcr, interleaved, type Samples } from '../../core/picture-format/tiff-samples.js';
import { writeTiff } from '../../core/picture-format/write-tiff.js';
import type { ReadJpeg, ReadPixels } from './read-jpeg.js';

/** All samples of a picture. */
interface Whole extends Samples {
  readonly width: number;
  readonly height: number;
}

export interface TiffReader {
  readonly read: ReadPixels;
  /** Reads all channels at full size, upright, the colours as red, green and blue in front. */
  readonly readWhole: (bytes: Buffer) => Promise<Whole>;
  /** The profile of the page. */
  readonly icc?: Uint8Array | undefined;
  /** @throws {ImageError} TOO_LARGE, when there is no room for a copy of the file. */
  readonly requireRoom: () => void;
}

/** Whether sharp cannot read the page where it stands. */
export const mustBePlain = ({ isFirst, ycbcr, separateTiles }: TiffPage): boolean =>
  !isFirst || ycbcr !== undefined || separateTiles;

/** Whether the samples have to be held whole, since sharp would take them for the wrong colours. */
export const needsSamples = ({ extraSamples, ycbcr, separateTiles }: TiffPage): boolean =>
  extraSamples.length > 1 || extraSamples[0] === 0 || ycbcr !== undefined || separateTiles;

/**
 * Reads a page of a TIFF with every warning of libtiff taken for damage: of many a fault in the pixels it only warns.
 * It warns of metadata in the same way, so what does not pass is tried with a directory that holds none.
 *
 * @throws {ImageError} CORRUPT or TOO_LARGE. @throws what sharp throws.
 */
export async function readTiff(file: Buffer, page: TiffPage, reader: TiffReader): Promise<ReadJpeg> {
  const readable = needsSamples(page)
    ? async (plain?: Buffer) => await withColours(file, plain, page, reader)
    : (plain?: Buffer) => plain ?? file;
  if (!mustBePlain(page)) {
    try {
      return { raster: await reader.read(await readable(), 'warning'), warnings: page.warnings };
    } catch {
      // The second attempt says what is wrong.
    }
    reader.requireRoom();
  }
  const { bytes, doubts } = plainTiff(file, page);
  const raster = await reader.read(await readable(bytes), 'warning');
  return { raster, warnings: [...page.warnings, ...doubts] };
}

/** The page as red, green and blue alone. */
async function withColours(
  file: Buffer,
  plain: Buffer | undefined,
  page: TiffPage,
  { readWhole, icc }: TiffReader,
): Promise<Buffer> {
  const { extraSamples, ycbcr, separateTiles } = page;
  const alpha = extraSamples.findIndex((kind) => kind === ASSOCIATED_ALPHA || kind === UNASSOCIATED_ALPHA);
  const plane = async (index: number): Promise<Whole> => await readWhole(plainTiff(file, page, index).bytes);
  const readPlanes = async (): Promise<Whole> => {
    const [red, green, blue] = [await plane(0), await plane(1), await plane(2)];
    const more = alpha < 0 ? [] : [await plane(3 + alpha)];
    return { ...red, ...interleaved([red, green, blue, ...more]) };
  };
  const { width, height, ...samples } = separateTiles ? await readPlanes() : await readWhole(plain ?? file);
  // sharp makes three channels of whatever colours there are, and divides them by an associated opacity.
  const opacity = separateTiles
    ? { channel: 3, associated: extraSamples[alpha] === ASSOCIATED_ALPHA }
    : { channel: 3 + alpha, associated: false };
  const data = coloursOf(ycbcr ? fromYcbcr(samples, ycbcr) : samples, alpha < 0 ? undefined : opacity);
  // The profile is applied already where sharp has read the colours.
  return writeTiff({ data, width, height, channels: 3, icc: ycbcr || separateTiles ? icc : undefined });
}
