import { hasZeroTail } from './zeros.js';

/**
 * Compares the length in the RIFF header with the file's; a file of the right length can still have an unwritten end.
 * @returns what is missing, or undefined for a whole file.
 */
export function findWebpTruncation(bytes: Buffer): string | undefined {
  const wanted = 8 + bytes.readUInt32LE(4);
  if (wanted > bytes.length) return `the WebP holds ${bytes.length} of ${wanted} bytes`;
  return hasZeroTail(bytes.subarray(0, wanted)) ? 'the WebP ends in zero bytes' : undefined;
}
