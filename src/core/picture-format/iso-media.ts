import { findHevcDamage } from './hevc.js';
import { type HeifIndex, readHeifIndex } from './heif-index.js';
import { boxesIn, readBox } from './iso-boxes.js';
import { isZeroFrom } from './zeros.js';

type Name = 'AVIF' | 'HEIC';

/** No coder ends a picture in so many zero bytes; AV1 closes every tile with a bit of 1, HEVC every slice. */
const ZERO_TAIL_BYTES = 64;

/**
 * Steps over the top-level boxes of an AVIF or HEIC file (ISO/IEC 14496-12), and looks where the index says that the
 * data of the picture is. It may be in front or behind, but both the index (`meta`) and the data (`mdat`, or `idat`
 * inside `meta`) must be there.
 * @param name of the format, for people.
 * @returns what is missing, or undefined for a whole file.
 */
export function findIsoMediaTruncation(bytes: Buffer, name: Name): string | undefined {
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
  const index = readHeifIndex(bytes);
  return index && findMissingData(bytes, index, name);
}

function findMissingData(bytes: Buffer, { shown }: HeifIndex, name: Name): string | undefined {
  for (const { extents } of shown) {
    for (const { start, end } of extents) {
      if (end > bytes.length) return `the ${name} holds ${bytes.length} of ${end} bytes`;
      if (end - start > ZERO_TAIL_BYTES && isZeroFrom(bytes, end - ZERO_TAIL_BYTES))
        return `the ${name} ends in zero bytes`;
    }
  }
  return undefined;
}

/** Finds bytes that no encoder writes in what is shown of a HEIC. @returns what is wrong, or undefined. */
export function findHeicDamage(bytes: Buffer): string | undefined {
  const seen = new Set<string>();
  let left = bytes.length;
  for (const { type, extents, properties } of readHeifIndex(bytes)?.shown ?? []) {
    const config = properties.get('hvcC');
    if (!HEVC.includes(type) || !config) continue;
    // Tiles of one colour may share their data.
    const place = extents.map(({ start, end }) => `${start}-${end}`).join();
    if (seen.has(place)) continue;
    seen.add(place);
    // Extents that overlap otherwise would be work beyond the size of the file.
    left -= extents.reduce((sum, { start, end }) => sum + end - start, 0);
    if (left < 0) return undefined;
    const data = Buffer.concat(extents.map(({ start, end }) => bytes.subarray(start, end)));
    const damage = findHevcDamage(data, config);
    if (damage !== undefined) return damage;
  }
  return undefined;
}

/** Codes of items that are pictures (ISO/IEC 23008-12), by what decodes them. */
const HEVC: readonly string[] = ['hvc1', 'hev1'];
const AV1 = 'av01';

/** Items that say how other items make a picture. */
const DERIVED = ['grid', 'iovl', 'iden'];

/** Codes without a decoder here. */
const UNDECODABLE: Readonly<Record<string, string>> = {
  unci: 'uncompressed (unci) images',
  jpeg: 'JPEG images',
  j2k1: 'JPEG 2000 images',
  avc1: 'H.264 (AVC) images',
  vvc1: 'H.266 (VVC) images',
  evc1: 'EVC images',
};

/** Whether what is shown is AV1, which sharp decodes whatever the file calls itself. */
export function isAv1(heif: Buffer): boolean {
  return readHeifIndex(heif)?.shown.some(({ type }) => type === AV1) ?? false;
}

/**
 * Names what no decoder here can do with a sound AVIF or HEIC file, by its index: the brands need not say it.
 * @returns undefined for what can be decoded, and for damage that the decoder should name.
 */
export function heifWithoutDecoder(bytes: Buffer): string | undefined {
  const index = readHeifIndex(bytes);
  if (!index) return withoutIndex(bytes);
  const types = index.shown.map(({ type }) => type).filter((type) => !DERIVED.includes(type));
  const other = types.find((type) => !HEVC.includes(type) && type !== AV1);
  return other && `HEIF files with ${UNDECODABLE[other] ?? 'other images than HEVC and AV1'}`;
}

function withoutIndex(bytes: Buffer): string | undefined {
  for (const { type, start, end } of boxesIn(bytes)) {
    if (type === 'mini') return 'HEIF files in the short form (mini)';
    if (type !== 'moov') continue;
    const codec = bytes.includes(AV1, start, 'latin1') ? 'AVIF' : 'HEIC';
    if (end <= bytes.length) return `${codec} sequences without a still picture`;
  }
  return undefined;
}

/** Major brands that sharp accepts. heic-decode accepts all but those of AVIF; neither looks at a file's other brands. */
const MAJOR_BRANDS = ['heic', 'heix', 'hevc', 'hevx', 'mif1', 'msf1', 'avif'];
const BRAND_AT = 8;
const BRAND_END = 12;

/** The file, or the same under a major brand that decoders accept. */
export function withKnownBrand(heif: Buffer): Buffer {
  if (MAJOR_BRANDS.includes(heif.toString('latin1', BRAND_AT, BRAND_END))) return heif;
  return Buffer.concat([heif.subarray(0, BRAND_AT), Buffer.from('mif1', 'latin1'), heif.subarray(BRAND_END)]);
}
