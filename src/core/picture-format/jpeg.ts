import { afterSegment, MARKER, readSegments } from './jpeg-headers.js';

const EOI_MARKER = Buffer.from([0xff, MARKER.EOI]);
const SOS_MARKER = Buffer.from([0xff, MARKER.SOS]);

/**
 * Looks for the end-of-image marker after the last scan. Header segments are stepped over by their lengths, so a
 * thumbnail's own markers inside EXIF are never seen; whatever follows the end of the image (previews, motion
 * photos, padding) is nobody's business.
 * @returns what is missing, or undefined for a whole file.
 */
export function findJpegTruncation(bytes: Buffer): string | undefined {
  const header = readSegments(bytes, 2).at(-1);
  let scan = header?.marker === MARKER.SOS ? header.end : undefined;
  if (scan === undefined) return 'the JPEG ends before its image data';
  let end = scan;
  for (;;) {
    // In entropy-coded data 0xFF is followed by 0x00 or a restart number, so the next FFD9 or FFDA is a true marker.
    if (end <= scan) end = bytes.indexOf(EOI_MARKER, scan);
    if (end < 0) return 'the JPEG has no end marker after its last scan';
    const next = bytes.subarray(scan, end).indexOf(SOS_MARKER);
    if (next < 0) return undefined;
    scan = afterSegment(bytes, scan + next + 2);
  }
}
