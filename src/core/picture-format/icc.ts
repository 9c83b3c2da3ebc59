/** Offsets and sizes from ICC.1:2022: the header, then a table of (signature, offset, size). */
const COLOUR_SPACE_OFFSET = 16;
const TAG_COUNT_OFFSET = 128;
const TAG_BYTES = 12;

/**
 * True when an ICC profile describes itself as sRGB, so that converting to sRGB would only cost time. Display P3,
 * Adobe RGB and anything unreadable give false.
 */
export function isSrgbProfile(profile: Buffer): boolean {
  if (profile.length < TAG_COUNT_OFFSET + 4) return false;
  if (profile.toString('latin1', COLOUR_SPACE_OFFSET, COLOUR_SPACE_OFFSET + 4) !== 'RGB ') return false;
  return description(profile).startsWith('sRGB');
}

/** Text of the `desc` tag. */
function description(profile: Buffer): string {
  const tags = profile.readUInt32BE(TAG_COUNT_OFFSET);
  for (let i = 0, at = TAG_COUNT_OFFSET + 4; i < tags && at + TAG_BYTES <= profile.length; i += 1) {
    if (profile.toString('latin1', at, at + 4) === 'desc') {
      const start = profile.readUInt32BE(at + 4);
      return text(profile.subarray(start, start + profile.readUInt32BE(at + 8)));
    }
    at += TAG_BYTES;
  }
  return '';
}

/** Version 2 has one ASCII string after its length; version 4 a list of UTF-16 ones, of which the first is taken. */
function text(tag: Buffer): string {
  if (tag.toString('latin1', 0, 4) !== 'mluc') return tag.toString('latin1', 12);
  if (tag.length < 28) return '';
  return tag.toString('latin1', tag.readUInt32BE(24)).replaceAll('\0', '');
}
