import { afterSegment, frameOf, MARKER, readSegments } from './jpeg-headers.js';

const EOI_MARKER = Buffer.from([0xff, MARKER.EOI]);
const SOS_MARKER = Buffer.from([0xff, MARKER.SOS]);

/** @returns what is missing of a JPEG that ends before its pixels begin, or undefined. */
export function findJpegTruncation(bytes: Buffer): string | undefined {
  return firstScan(bytes) === undefined ? 'the JPEG ends before its image data' : undefined;
}

/** Offset of the first entropy-coded data; undefined where the file ends before it. */
function firstScan(bytes: Buffer): number | undefined {
  const header = readSegments(bytes, 2).at(-1);
  return header?.marker === MARKER.SOS && header.end < bytes.length ? header.end : undefined;
}

/**
 * Looks for the end-of-image marker after the last scan. Header segments are stepped over by their lengths, so a
 * thumbnail's own markers inside EXIF are never seen; whatever follows the end of the image (previews, motion
 * photos, padding) is nobody's business.
 */
export function hasEnd(bytes: Buffer): boolean {
  let scan = firstScan(bytes);
  if (scan === undefined) return false;
  let end = scan;
  for (;;) {
    // In entropy-coded data 0xFF is followed by 0x00 or a restart number, so the next FFD9 or FFDA is a true marker.
    if (end <= scan) end = bytes.indexOf(EOI_MARKER, scan);
    if (end < 0) return false;
    const next = bytes.subarray(scan, end).indexOf(SOS_MARKER);
    if (next < 0) return true;
    scan = afterSegment(bytes, scan + next + 2);
  }
}

/**
 * The file with an end marker behind its last byte that is not zero: so no row is made of the zeros that a killed upload
 * leaves.
 */
export function withEnd(bytes: Buffer): Buffer {
  let end = bytes.length;
  while (bytes[end - 1] === 0) end -= 1;
  // 0 after 0xFF belongs to it.
  if (bytes[end - 1] === 0xff && end < bytes.length) end += 1;
  return Buffer.concat([bytes.subarray(0, end), EOI_MARKER]);
}

/** Frames that libjpeg does not decode, by their marker: T.81, table B.1, and T.87 (JPEG-LS). */
const KINDS: Readonly<Record<number, string>> = {
  0xc3: 'lossless JPEG',
  0xc5: 'hierarchical JPEG',
  0xc6: 'hierarchical JPEG',
  0xc7: 'hierarchical JPEG',
  0xcb: 'lossless JPEG',
  0xcd: 'hierarchical JPEG',
  0xce: 'hierarchical JPEG',
  0xcf: 'hierarchical JPEG',
  0xde: 'hierarchical JPEG',
  0xf7: 'JPEG-LS',
};

const DNL_MARKER = Buffer.from([0xff, 0xdc]);

/** Names the kind of a JPEG that a decoder did not take, where damage need not be the reason. */
export function rareJpegKind(bytes: Buffer): string | undefined {
  for (const segment of readSegments(bytes, 2)) {
    const kind = KINDS[segment.marker];
    if (kind !== undefined) return kind;
    const frame = frameOf(segment);
    if (frame?.precision === 12) return '12-bit JPEG';
    if (frame?.height === 0 && bytes.includes(DNL_MARKER)) return 'JPEG (height behind the pixels, DNL)';
  }
  return undefined;
}
