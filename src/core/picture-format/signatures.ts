/** Formats whose pixels facetag can read and write. */
export const WRITABLE_FORMATS = ['jpeg', 'png', 'webp', 'tiff', 'gif', 'avif'] as const;

export type WritableFormat = (typeof WRITABLE_FORMATS)[number];

/** Formats whose pixels facetag can read. `heic` is HEIF whatever codec is in it, but for what calls itself AVIF. */
export const PICTURE_FORMATS = [...WRITABLE_FORMATS, 'heic', 'bmp'] as const;

export type PictureFormat = (typeof PICTURE_FORMATS)[number];

/** What the first bytes say: a format that can be decoded, or the name of a known one that cannot. */
export type FormatFinding =
  | { readonly decodable: true; readonly format: PictureFormat }
  | { readonly decodable: false; readonly name: string };

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');

/** Signatures at offset 0, from the specification of each format. */
const SIGNATURES: readonly (readonly [Buffer, PictureFormat])[] = [
  [latin1('\xff\xd8\xff'), 'jpeg'],
  [latin1('\x89PNG\r\n\x1a\n'), 'png'],
  [latin1('GIF87a'), 'gif'],
  [latin1('GIF89a'), 'gif'],
  [latin1('II*\0'), 'tiff'],
  [latin1('MM\0*'), 'tiff'],
  [latin1('II+\0'), 'tiff'],
  [latin1('MM\0+'), 'tiff'],
];

/** Picture formats without a decoder here: named, so that nobody looks for damage in a sound file. */
const UNSUPPORTED: readonly (readonly [Buffer, string])[] = [
  [latin1('%PDF-'), 'PDF'],
  [latin1('%!PS'), 'PostScript'],
  [latin1('8BPS'), 'Photoshop (PSD)'],
  [latin1('\0\0\x01\0'), 'Windows icon (ICO)'],
  [latin1('\xff\x0a'), 'JPEG XL'],
  [latin1('\0\0\0\x0cJXL \r\n\x87\n'), 'JPEG XL'],
  [latin1('\0\0\0\x0cjP  \r\n\x87\n'), 'JPEG 2000'],
  [latin1('\xff\x4f\xff\x51'), 'JPEG 2000'],
  [latin1('II\xbc\x01'), 'JPEG XR'],
  [latin1('\x76\x2f\x31\x01'), 'OpenEXR'],
  [latin1('#?RADIANCE'), 'Radiance HDR'],
  [latin1('FUJIFILMCCD-RAW'), 'camera raw (RAF)'],
  [latin1('IIRO'), 'camera raw (ORF)'],
  [latin1('IIRS'), 'camera raw (ORF)'],
  [latin1('MMOR'), 'camera raw (ORF)'],
  [latin1('IIU\0'), 'camera raw (RW2)'],
];

/** Sizes of the header that follows the 14-byte file header of a BMP, by version. */
const BMP_HEADER_SIZES = [12, 16, 40, 52, 56, 64, 108, 124];

const HEIC_BRANDS = /^(hei[cxms]|hev[cxms])$/;
/** Structural brands of HEIF, which say nothing of the codec. */
const HEIF_BRANDS = /^(mif1|mif2|msf1)$/;
const AVIF_BRANDS = /^avi[fs]$/;
const LONGEST_FTYP = 512;

/**
 * An SVG's root element after an optional XML declaration, comments and document type. Every alternative ends at its
 * first terminator, so there is one way to match and the time is linear.
 */
const SVG_ROOT =
  /^\s*(?:<\?[^>]*>\s*|<!--(?:(?!-->)[^])*-->\s*|<!doctype\s+svg[^>[]*(?:\[[^\]]*\]\s*)?>\s*)*<(?:\w+:)?svg[\s>]/i;
const SVG_PROLOGUE_BYTES = 4096;

/**
 * Names the format of a file from its content alone; the extension plays no part.
 * @returns undefined when the bytes belong to no picture format known here.
 */
export function identifyFormat(bytes: Buffer): FormatFinding | undefined {
  for (const [signature, format] of SIGNATURES) {
    if (startsWith(bytes, signature)) return { decodable: true, format };
  }
  if (text(bytes, 0, 4) === 'RIFF' && text(bytes, 8, 12) === 'WEBP')
    return { decodable: true, format: 'webp' };
  if (text(bytes, 4, 8) === 'ftyp') return isoMediaFormat(bytes);
  if (isBmp(bytes)) return { decodable: true, format: 'bmp' };
  const name = unsupportedName(bytes);
  return name === undefined ? undefined : { decodable: false, name };
}

function unsupportedName(bytes: Buffer): string | undefined {
  for (const [signature, name] of UNSUPPORTED) if (startsWith(bytes, signature)) return name;
  return SVG_ROOT.test(bytes.toString('utf8', 0, SVG_PROLOGUE_BYTES)) ? 'SVG' : undefined;
}

/** The two letters alone would make a picture of a text that starts with "BM". */
function isBmp(bytes: Buffer): boolean {
  return (
    text(bytes, 0, 2) === 'BM' && bytes.length >= 18 && BMP_HEADER_SIZES.includes(bytes.readUInt32LE(14))
  );
}

/** Decides by the brands of the `ftyp` box (ISO/IEC 14496-12): the major one, a version, then the compatible ones. */
function isoMediaFormat(bytes: Buffer): FormatFinding | undefined {
  const end = bytes.readUInt32BE(0);
  if (end > bytes.length) return undefined;
  const brands = [text(bytes, 8, 12)];
  for (let at = 16; at + 4 <= Math.min(end, LONGEST_FTYP); at += 4) brands.push(text(bytes, at, at + 4));
  const codec = brands.find((brand) => AVIF_BRANDS.test(brand) || HEIC_BRANDS.test(brand));
  if (codec !== undefined && AVIF_BRANDS.test(codec)) return { decodable: true, format: 'avif' };
  if (codec !== undefined || brands.some((brand) => HEIF_BRANDS.test(brand)))
    return { decodable: true, format: 'heic' };
  if (brands[0] === 'crx ') return { decodable: false, name: 'camera raw (CR3)' };
  return /^[ -~]{4}$/.test(brands[0] ?? '')
    ? { decodable: false, name: 'video (MP4 or QuickTime)' }
    : undefined;
}

function startsWith(bytes: Buffer, signature: Buffer): boolean {
  return (
    bytes.length >= signature.length &&
    bytes.compare(signature, 0, signature.length, 0, signature.length) === 0
  );
}

function text(bytes: Buffer, start: number, end: number): string {
  return bytes.toString('latin1', start, end);
}
