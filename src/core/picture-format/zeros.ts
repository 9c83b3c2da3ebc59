/**
 * A killed upload or a lost write-back cache leaves whole blocks of zeros. Compressed data has no such run: an
 * arithmetic coder emits at most a few hundred on a blank picture.
 */
const ZERO_TAIL_BYTES = 4096;

/** True when nothing but zero bytes follow `at`. */
export function isZeroFrom(bytes: Buffer, at: number): boolean {
  for (let i = at; i < bytes.length; i += 1) if (bytes[i] !== 0) return false;
  return true;
}

/** True when the end of a compressed file was never written. */
export function hasZeroTail(bytes: Buffer): boolean {
  return bytes.length > ZERO_TAIL_BYTES && isZeroFrom(bytes, bytes.length - ZERO_TAIL_BYTES);
}
