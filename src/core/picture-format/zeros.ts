/** True when nothing but zero bytes follow `at`. */
export function isZeroFrom(bytes: Buffer, at: number): boolean {
  for (let i = at; i < bytes.length; i += 1) if (bytes[i] !== 0) return false;
  return true;
}

/**
 * True when the last `count` bytes are all zero: a killed upload or a lost write-back cache leaves whole blocks of
 * them, compressed data does not.
 */
export function hasZeroTail(bytes: Buffer, count: number): boolean {
  return bytes.length > count && isZeroFrom(bytes, bytes.length - count);
}
