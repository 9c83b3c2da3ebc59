import { isZeroFrom } from './zeros.js';

const SIGNATURE_BYTES = 8;
/** Length, type and CRC around each chunk's data. */
const CHUNK_OVERHEAD = 12;

/**
 * Steps from chunk to chunk to IEND, which must be whole.
 * @returns what is missing, or undefined for a whole file and for damage that the decoder should name.
 */
export function findPngTruncation(bytes: Buffer): string | undefined {
  let at = SIGNATURE_BYTES;
  while (at + CHUNK_OVERHEAD <= bytes.length) {
    const type = bytes.toString('latin1', at + 4, at + 8);
    if (!/^[A-Za-z]{4}$/.test(type))
      return isZeroFrom(bytes, at + 4) ? 'the PNG ends in zero bytes' : undefined;
    const end = at + CHUNK_OVERHEAD + bytes.readUInt32BE(at);
    if (end > bytes.length) return `the PNG ends inside its ${type} chunk`;
    if (type === 'IEND') return undefined;
    at = end;
  }
  return 'the PNG has no IEND chunk';
}
