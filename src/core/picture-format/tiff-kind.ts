import { ImageError } from '../../errors.js';
import { countOf } from '../count-of.js';
import {
  type Entry,
  firstValue,
  type Layout,
  rationalsOf,
  SEPARATE_PLANES,
  TAG,
  valuesOf,
} from './tiff-directory.js';

/** How the samples of a page become colours, as far as sharp has to be helped. */
export interface TiffKind {
  /**
   * One value of `ExtraSamples` a channel beyond the colours. Those of 0, and those that the tag does not name, are no
   * transparency: libtiff says so, and Photoshop keeps saved selections there.
   */
  readonly extraSamples: readonly number[];
  /** Set where sharp would show luminance and colour differences as red, green and blue. */
  readonly ycbcr?: YcbcrScale | undefined;
  /** sharp reads no tiles of separate planes: each plane has to be read for itself. */
  readonly separateTiles: boolean;
  /** What may be wrong with the colours, each in one line. */
  readonly warnings: readonly string[];
}

/** TIFF 6.0, sections 20 and 21. */
export interface YcbcrScale {
  /** Shares of red, green and blue in the luminance. */
  readonly coefficients: readonly number[];
  /** Codes of black and white, of Y, Cb and Cr in turn. */
  readonly range: readonly number[];
}

/** Values of `extraSamples`. */
export const ASSOCIATED_ALPHA = 1;
export const UNASSOCIATED_ALPHA = 2;

/** Values of `photometric`. */
const WHITE_IS_ZERO = 0;
const BLACK_IS_ZERO = 1;
const RGB = 2;
const PALETTE = 3;
const SEPARATED = 5;
const YCBCR = 6;
const CIELAB = 8;

/** Channels of the photometric interpretations that can be read, and depths in bits. */
const COLOURS: Readonly<Record<number, { readonly channels: number; readonly bits: readonly number[] }>> = {
  [WHITE_IS_ZERO]: { channels: 1, bits: [1, 2, 4, 8, 16] },
  [BLACK_IS_ZERO]: { channels: 1, bits: [1, 2, 4, 8, 16] },
  [RGB]: { channels: 3, bits: [8, 16] },
  [PALETTE]: { channels: 1, bits: [1, 2, 4, 8, 16] },
  [SEPARATED]: { channels: 4, bits: [8, 16] },
  [YCBCR]: { channels: 3, bits: [8] },
  [CIELAB]: { channels: 3, bits: [16] },
};

const UNSUPPORTED_COLOURS: Readonly<Record<number, string>> = {
  4: 'a transparency mask for a picture',
  [CIELAB]: 'CIE Lab colours of 8 bits',
  9: 'ICC Lab colours',
  10: 'ITU Lab colours',
  32_844: 'LogL luminance',
  32_845: 'LogLuv colours',
};

/** Values of `compression` that sharp's libtiff has a decoder for. */
const JPEG = 7;
const COMPRESSIONS = [1, 2, 3, 4, 5, JPEG, 8, 32_766, 32_771, 32_773, 32_809, 32_946, 50_001];

/** The others, as far as they have a name. */
const UNSUPPORTED_COMPRESSIONS: Readonly<Record<number, string>> = {
  6: 'old-style JPEG',
  9: 'JBIG',
  10: 'JBIG',
  22_610: 'JPEG XR',
  32_909: 'PixarLog',
  33_003: 'JPEG 2000',
  33_004: 'JPEG 2000',
  33_005: 'JPEG 2000',
  34_661: 'JBIG',
  34_676: 'SGI LogLuv',
  34_677: 'SGI LogLuv',
  34_712: 'JPEG 2000',
  34_887: 'LERC',
  34_925: 'LZMA',
  34_933: 'PNG',
  34_934: 'JPEG XR',
  50_000: 'Zstandard',
  50_002: 'JPEG XL',
  52_546: 'JPEG XL',
};

const SAMPLE_FORMATS: Readonly<Record<number, string>> = {
  2: 'signed samples',
  3: 'floating-point samples',
  5: 'complex samples',
  6: 'complex samples',
};

/** Value of `inkSet` for cyan, magenta, yellow and black. */
const CMYK_INKS = 1;
/** No subsampling of the colour differences is told by both factors being 1; this is what counts without the tag. */
const USUAL_SUBSAMPLING = 2;
const USUAL_COEFFICIENTS = [0.299, 0.587, 0.114];
const USUAL_RANGE = [0, 255, 128, 255, 128, 255];

const unsupported = (what: string): ImageError =>
  new ImageError('UNSUPPORTED_FORMAT', `TIFF files with ${what} cannot be decoded`);

/**
 * Says what has to be known of a page to read its pixels rightly. Samples whose scale the file does not say (floating
 * point, signed, 32 bits) are refused: programs disagree on what is black and what is white in them.
 *
 * @throws {ImageError} UNSUPPORTED_FORMAT, with the kind named. @throws {RangeError} for values outside the file.
 */
export function tiffKind(layout: Layout, entries: ReadonlyMap<number, Entry>): TiffKind {
  const value = (tag: number): number | undefined => firstValue(layout, entries.get(tag));
  const compression = value(TAG.compression) ?? 1;
  if (!COMPRESSIONS.includes(compression)) {
    const name = UNSUPPORTED_COMPRESSIONS[compression];
    throw unsupported(name === undefined ? `compression ${compression}` : `${name} compression`);
  }
  const samples = value(TAG.samplesPerPixel) ?? 1;
  const separate = samples > 1 && value(TAG.planarConfiguration) === SEPARATE_PLANES;
  const photometric = value(TAG.photometric);
  // Without it, the decoder says what is missing.
  if (photometric === undefined) return { extraSamples: [], separateTiles: false, warnings: [] };
  const bits = requireDepth(valuesOf(layout, entries.get(TAG.bitsPerSample), samples));
  const colours = COLOURS[photometric];
  if (!colours || (photometric === CIELAB && bits === 8))
    throw unsupported(UNSUPPORTED_COLOURS[photometric] ?? `colours of kind ${photometric}`);
  const format = SAMPLE_FORMATS[value(TAG.sampleFormat) ?? 1];
  if (format !== undefined && photometric !== CIELAB) throw unsupported(format);
  if (!colours.bits.includes(bits) || (bits < 8 && samples > 1))
    throw unsupported(`${countOf(bits, 'bit')} a channel`);
  if (photometric === SEPARATED && (value(TAG.inkSet) ?? CMYK_INKS) !== CMYK_INKS)
    throw unsupported('inks other than cyan, magenta, yellow and black');
  const extras = valuesOf(layout, entries.get(TAG.extraSamples), samples);
  const separateTiles = separate && entries.has(TAG.tileOffsets);
  if (separateTiles && photometric !== RGB) throw unsupported('tiles of separate planes that are not RGB');
  const extraCount = Math.max(0, samples - colours.channels);
  return {
    extraSamples: Array.from({ length: extraCount }, (_, i) => extras[i] ?? 0),
    ycbcr: photometric === YCBCR && compression !== JPEG ? ycbcrOf(layout, entries, separate) : undefined,
    separateTiles,
    warnings:
      extras.length < extraCount ? ['the TIFF does not say what its last channel is: it is left out'] : [],
  };
}

/** @throws {ImageError} UNSUPPORTED_FORMAT for channels of different depths. */
function requireDepth([first = 1, ...others]: readonly number[]): number {
  if (others.some((bits) => bits !== first)) throw unsupported('channels of different depths');
  return first;
}

/** Undefined where the colour differences are subsampled: then sharp has libtiff turn them into colours. */
function ycbcrOf(
  layout: Layout,
  entries: ReadonlyMap<number, Entry>,
  separate: boolean,
): YcbcrScale | undefined {
  const [across = USUAL_SUBSAMPLING, down = USUAL_SUBSAMPLING] = valuesOf(
    layout,
    entries.get(TAG.ycbcrSubSampling),
    2,
  );
  if (across !== 1 || down !== 1) {
    if (separate) throw unsupported('subsampled colours in separate planes');
    return undefined;
  }
  const coefficients = rationalsOf(layout, entries.get(TAG.ycbcrCoefficients), 3);
  const range = rationalsOf(layout, entries.get(TAG.referenceBlackWhite), 6);
  return {
    coefficients: coefficients.length === 3 ? coefficients : USUAL_COEFFICIENTS,
    range: range.length === 6 ? range : USUAL_RANGE,
  };
}
