import { hasZeroTail, isZeroFrom } from './zeros.js';

/** More than the padding that metadata behind the pixels may have; a shorter unwritten end fails in the decoder. */
const ZERO_TAIL_BYTES = 4096;

/**
 * Steps over the top-level boxes of an AVIF or HEIC file (ISO/IEC 14496-12). The item data may be in front or behind, but both
 * the index (`meta`) and the data (`mdat`, or `idat` inside `meta`) must be there.
 * @param name of the format, for people.
 * @returns what is missing, or undefined for a whole file.
 */
export function findIsoMediaTruncation(bytes: Buffer, name: 'AVIF' | 'HEIC'): string | undefined {
  const seen = new Set<string>();
  for (let at = 0; at < bytes.length;) {
    if (isZeroFrom(bytes, at)) break;
    const box = readBox(bytes, at);
    if (box === undefined || box.end > bytes.length)
      return `the ${name} ends inside its ${box?.type ?? 'last'} box`;
    seen.add(box.type);
    if (box.type === 'meta' && bytes.subarray(at, box.end).includes('idat', 0, 'latin1')) seen.add('idat');
    at = box.end;
  }
  if (!seen.has('meta') && !seen.has('moov')) return `the ${name} has no index of its items`;
  if (!seen.has('mdat') && !seen.has('idat')) return `the ${name} has no image data`;
  return hasZeroTail(bytes, ZERO_TAIL_BYTES) ? `the ${name} ends in zero bytes` : undefined;
}

/** Codes of items (`infe`, ISO/IEC 23008-12) by what decodes them. */
const CODECS = { hevc: ['hvc1', 'hev1'], av1: ['av01'] } as const;

/**
 * What the pictures of a HEIF file are coded with, by the kinds of items that its index lists: of these the brands need
 * not tell. Undefined for anything else.
 */
export function heifCodec(bytes: Buffer): keyof typeof CODECS | undefined {
  let index: Buffer | undefined;
  for (let at = 0; at < bytes.length && !index;) {
    const box = readBox(bytes, at);
    if (box?.type === 'meta') index = bytes.subarray(at, box.end);
    at = box?.end ?? bytes.length;
  }
  const lists = (codes: readonly string[]): boolean =>
    codes.some((code) => index?.includes(code, 0, 'latin1'));
  return lists(CODECS.hevc) ? 'hevc' : lists(CODECS.av1) ? 'av1' : undefined;
}

/** The major brands that both sharp and heic-decode accept; they do not look at the others that a file names. */
const MAJOR_BRANDS = ['heic', 'heix', 'hevc', 'hevx', 'mif1', 'msf1'];
const BRAND_AT = 8;
const BRAND_END = 12;

/** The file, or the same under a major brand that decoders accept. */
export function withKnownBrand(heif: Buffer): Buffer {
  if (MAJOR_BRANDS.includes(heif.toString('latin1', BRAND_AT, BRAND_END))) return heif;
  return Buffer.concat([heif.subarray(0, BRAND_AT), Buffer.from('mif1', 'latin1'), heif.subarray(BRAND_END)]);
}

/** Size 1 means that a 64-bit size follows the type; size 0 that the box runs to the end of the file. */
function readBox(bytes: Buffer, at: number): { readonly type: string; readonly end: number } | undefined {
  if (at + 8 > bytes.length) return undefined;
  const type = bytes.toString('latin1', at + 4, at + 8);
  const size = bytes.readUInt32BE(at);
  if (size === 0) return { type, end: bytes.length };
  if (size !== 1) return { type, end: at + Math.max(8, size) };
  return at + 16 > bytes.length
    ? undefined
    : { type, end: at + Math.max(16, Number(bytes.readBigUInt64BE(at + 8))) };
}
