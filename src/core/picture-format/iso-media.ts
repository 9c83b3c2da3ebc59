import { hasZeroTail, isZeroFrom } from './zeros.js';

/** More than the padding that metadata behind the pixels may have; a shorter unwritten end fails in the decoder. */
const ZERO_TAIL_BYTES = 4096;

/**
 * Steps over the top-level boxes of an AVIF file (ISO/IEC 14496-12). The item data may be in front or behind, but both
 * the index (`meta`) and the data (`mdat`, or `idat` inside `meta`) must be there.
 * @returns what is missing, or undefined for a whole file.
 */
export function findAvifTruncation(bytes: Buffer): string | undefined {
  const seen = new Set<string>();
  for (let at = 0; at < bytes.length;) {
    if (isZeroFrom(bytes, at)) break;
    const box = readBox(bytes, at);
    if (box === undefined || box.end > bytes.length)
      return `the AVIF ends inside its ${box?.type ?? 'last'} box`;
    seen.add(box.type);
    if (box.type === 'meta' && bytes.subarray(at, box.end).includes('idat', 0, 'latin1')) seen.add('idat');
    at = box.end;
  }
  if (!seen.has('meta') && !seen.has('moov')) return 'the AVIF has no index of its items';
  if (!seen.has('mdat') && !seen.has('idat')) return 'the AVIF has no image data';
  return hasZeroTail(bytes, ZERO_TAIL_BYTES) ? 'the AVIF ends in zero bytes' : undefined;
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
