/** Marker codes of ITU-T T.81, table B.1. */
const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const TEM = 0x01;
const EOI_MARKER = Buffer.from([0xff, EOI]);
const SOS_MARKER = Buffer.from([0xff, SOS]);

/**
 * Looks for the end-of-image marker after the last scan. Header segments are stepped over by their lengths, so a
 * thumbnail's own markers inside EXIF are never seen; whatever follows the end of the image (previews, motion
 * photos, padding) is nobody's business.
 * @returns what is missing, or undefined for a whole file.
 */
export function findJpegTruncation(bytes: Buffer): string | undefined {
  let scan = firstScan(bytes);
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

/** Offset of the entropy-coded data of the first scan; undefined when the headers end before it. */
function firstScan(bytes: Buffer): number | undefined {
  let at = 2;
  for (;;) {
    at = bytes.indexOf(0xff, at);
    if (at < 0) return undefined;
    while (bytes[at] === 0xff) at += 1;
    const marker = bytes[at];
    if (marker === undefined || marker === EOI) return undefined;
    at += 1;
    if (marker === SOS) return afterSegment(bytes, at);
    if (hasLength(marker)) at = afterSegment(bytes, at);
  }
}

function hasLength(marker: number): boolean {
  return marker !== 0 && marker !== TEM && marker !== SOI && !(marker >= 0xd0 && marker <= 0xd7);
}

/** @param at offset of the two length bytes, which count themselves. */
function afterSegment(bytes: Buffer, at: number): number {
  return at + 1 < bytes.length ? at + Math.max(2, bytes.readUInt16BE(at)) : bytes.length;
}
