import { isUtf8 } from 'node:buffer';

/** A name with each byte that is not UTF-8 written as `\xNN`. */
export function escapeName(name: Uint8Array): string {
  const bytes = Buffer.from(name);
  if (isUtf8(bytes)) return bytes.toString();
  let text = '';
  for (let at = 0; at < bytes.length;) {
    const length = [1, 2, 3, 4].find((n) => at + n <= bytes.length && isUtf8(bytes.subarray(at, at + n)));
    text +=
      length === undefined
        ? `\\x${bytes.toString('hex', at, at + 1)}`
        : bytes.toString('utf8', at, at + length);
    at += length ?? 1;
  }
  return text;
}
