import { isZeroFrom } from './zeros.js';

/** Block introducers of GIF89a. */
const IMAGE = 0x2c;
const EXTENSION = 0x21;
const TRAILER = 0x3b;
const HEADER_BYTES = 13;
const IMAGE_DESCRIPTOR_BYTES = 10;

/**
 * Steps over colour tables and data sub-blocks to the trailer.
 * @returns what is missing, or undefined for a whole file and for damage that the decoder should name.
 */
export function findGifTruncation(bytes: Buffer): string | undefined {
  let at = HEADER_BYTES + colourTableBytes(bytes[10]);
  for (;;) {
    const introducer = bytes[at];
    if (introducer === undefined) return 'the GIF has no trailer';
    if (introducer === TRAILER) return undefined;
    if (introducer === IMAGE) {
      // The byte after the colour table is the LZW code size.
      const data = at + IMAGE_DESCRIPTOR_BYTES + colourTableBytes(bytes[at + 9]) + 1;
      at = afterSubBlocks(bytes, data);
    } else if (introducer === EXTENSION) {
      at = afterSubBlocks(bytes, at + 2);
    } else {
      return isZeroFrom(bytes, at) ? 'the GIF ends in zero bytes' : undefined;
    }
  }
}

/** @param packed the flags of a screen or image descriptor: bit 7 says that a table follows, bits 0-2 its size. */
function colourTableBytes(packed = 0): number {
  return packed & 0x80 ? 3 * 2 ** ((packed & 0x07) + 1) : 0;
}

function afterSubBlocks(bytes: Buffer, start: number): number {
  let at = start;
  for (let length = bytes[at]; length !== undefined; length = bytes[at]) {
    at += 1 + length;
    if (length === 0) break;
  }
  return at;
}
