/** True when nothing but zero bytes follow `at`. */
export function isZeroFrom(bytes: Buffer, at: number): boolean {
  for (let i = at; i < bytes.length; i += 1) if (bytes[i] !== 0) return false;
  return true;
}
