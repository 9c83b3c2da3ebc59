import { isUtf8 } from 'node:buffer';
import { escapeText } from './escaped-text.js';

/** A name of any bytes as text, no two the same: bytes that are not UTF-8 as `\xNN`, the rest as `escapeText` has it. */
export function escapeName(name: Uint8Array): string {
  const bytes = Buffer.from(name);
  if (isUtf8(bytes)) return escapeText(bytes.toString());
  let text = '';
  let valid = '';
  for (let at = 0; at < bytes.length;) {
    const length = [1, 2, 3, 4].find((n) => at + n <= bytes.length && isUtf8(bytes.subarray(at, at + n)));
    if (length === undefined) {
      text += `${escapeText(valid)}\\x${bytes.toString('hex', at, at + 1)}`;
      valid = '';
    } else valid += bytes.toString('utf8', at, at + length);
    at += length ?? 1;
  }
  return text + escapeText(valid);
}
