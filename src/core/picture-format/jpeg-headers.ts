/** Marker codes of ITU-T T.81, table B.1. */
export const MARKER = {
  TEM: 0x01,
  SOF0: 0xc0,
  SOF1: 0xc1,
  SOF2: 0xc2,
  DHT: 0xc4,
  SOI: 0xd8,
  EOI: 0xd9,
  SOS: 0xda,
  DRI: 0xdd,
  APP0: 0xe0,
  APP14: 0xee,
} as const;

/** A marker with its content, in front of the first scan or between scans. */
export interface Segment {
  readonly marker: number;
  /** Offset of the 0xFF in front of the marker, fill bytes left out. */
  readonly start: number;
  /** Without marker and length. */
  readonly content: Buffer;
  /** Offset of the byte after the content. */
  readonly end: number;
  /** Bytes in front of it that belong to nothing. */
  readonly stray: number;
}

/**
 * Reads segments from `from` on: up to and including a start of scan, or to the end of the image.
 * @returns what could be read before the file ended.
 */
export function readSegments(bytes: Buffer, from: number): Segment[] {
  const segments: Segment[] = [];
  for (let at = from; ;) {
    const found = bytes.indexOf(0xff, at);
    if (found < 0) return segments;
    let code = found;
    while (bytes[code] === 0xff) code += 1;
    const marker = bytes[code];
    if (marker === undefined) return segments;
    const start = code - 1;
    const stray = found - at;
    const end = hasLength(marker) ? afterSegment(bytes, code + 1) : code + 1;
    segments.push({ marker, start, content: bytes.subarray(code + 3, end), end, stray });
    if (marker === MARKER.SOS || marker === MARKER.EOI) return segments;
    at = end;
  }
}

/** Restart markers and a few more stand alone; 0 after 0xFF is no marker. */
function hasLength(marker: number): boolean {
  return marker > MARKER.TEM && !(marker >= 0xd0 && marker <= MARKER.EOI);
}

/** @param at offset of the two length bytes, which count themselves. */
export function afterSegment(bytes: Buffer, at: number): number {
  return at + 1 < bytes.length ? at + Math.max(2, bytes.readUInt16BE(at)) : bytes.length;
}

/** A colour channel as the frame header describes it. */
export interface Component {
  readonly id: number;
  /** Blocks that it has in one unit of the picture, across and down. */
  readonly across: number;
  readonly down: number;
}

/** A frame header (T.81, B.2.2). */
export interface Frame {
  readonly marker: number;
  /** Bits of a sample. */
  readonly precision: number;
  readonly width: number;
  /** 0 when a DNL marker behind the first scan gives it. */
  readonly height: number;
  readonly components: readonly Component[];
}

/** The frame header of a segment; undefined when it is none, or is cut short. */
export function frameOf({ marker, content }: Segment): Frame | undefined {
  const count = content[5] ?? 0;
  if (!isFrame(marker) || content.length < 6 + 3 * count) return undefined;
  const components = Array.from({ length: count }, (_, i) => {
    const factors = content.readUInt8(7 + 3 * i);
    return { id: content.readUInt8(6 + 3 * i), across: factors >> 4, down: factors & 15 };
  });
  const precision = content.readUInt8(0);
  return { marker, precision, width: content.readUInt16BE(3), height: content.readUInt16BE(1), components };
}

function isFrame(marker: number): boolean {
  return marker >= MARKER.SOF0 && marker <= 0xcf && ![MARKER.DHT, 0xc8, 0xcc].includes(marker);
}

/** A scan header (T.81, B.2.3). */
export interface Scan {
  /** Component ids with the numbers of their Huffman tables. */
  readonly components: readonly { readonly id: number; readonly dc: number; readonly ac: number }[];
  /** First and last coefficient, in zigzag order. */
  readonly first: number;
  readonly last: number;
  /** 0 when the scan gives new coefficients, above when it adds one bit to known ones. */
  readonly high: number;
  /** Lowest bit that the scan gives: 0 is full precision. */
  readonly low: number;
}

/** The scan header of a segment; undefined when it is cut short. */
export function scanOf({ content }: Segment): Scan | undefined {
  const count = content[0] ?? 0;
  if (content.length < 4 + 2 * count) return undefined;
  const components = Array.from({ length: count }, (_, i) => {
    const tables = content.readUInt8(2 + 2 * i);
    return { id: content.readUInt8(1 + 2 * i), dc: tables >> 4, ac: tables & 15 };
  });
  const [first = 0, last = 0, bits = 0] = content.subarray(1 + 2 * count);
  return { components, first, last, high: bits >> 4, low: bits & 15 };
}

/** Offset of the 0xFF of the marker that ends entropy-coded data, fill bytes in front of it included. */
function endOfScan(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at >= 0; at = bytes.indexOf(0xff, at + 2)) {
    const next = bytes[at + 1] ?? 0;
    if (next !== 0 && !(next >= 0xd0 && next <= 0xd7)) return at;
  }
  return bytes.length;
}

/** A scan with the segments in front of it. */
export interface PlacedScan {
  readonly scan: Scan;
  /** All segments up to here. */
  readonly segments: readonly Segment[];
  /** Its entropy-coded data. */
  readonly start: number;
  readonly end: number;
}

/** The scans of a picture, in order. */
export function* scansOf(bytes: Buffer): Iterable<PlacedScan> {
  const segments: Segment[] = [];
  for (let at = 2; ;) {
    const next = readSegments(bytes, at);
    const last = next.at(-1);
    segments.push(...next);
    const scan = last?.marker === MARKER.SOS ? scanOf(last) : undefined;
    if (!last || !scan) return;
    at = endOfScan(bytes, last.end);
    yield { scan, segments, start: last.end, end: at };
  }
}
