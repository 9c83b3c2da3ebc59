import { frameOf, MARKER, type PlacedScan, scansOf, type Segment } from './jpeg-headers.js';

/**
 * So many zero bytes in a row come of no encoder, unless a run of zero bits means a run of flat blocks: in photos,
 * drawings and noise of every quality the longest run had 10.
 */
const ZEROS = Buffer.alloc(64);

/** What a block of zeros inside the scans says: no encoder writes it, or few pictures need it. */
export type ZeroBlock = 'damage' | 'doubt';

/**
 * Finds a block of zeros inside the scans, as a bad disk or a lost write leaves it: decoders take it for pixels.
 *
 * In a sequential scan its codes give each coefficient up to the last, or each third, seventh or ninth, the same value,
 * for more than 40 of them: that is damage. A progressive scan can be of so few coefficients that the blocks of an even
 * slope or of a tiled pattern are all alike: that leaves a doubt.
 */
export function findZeroBlock(bytes: Buffer): ZeroBlock | undefined {
  if (!bytes.includes(ZEROS)) return undefined;
  for (const placed of scansOf(bytes)) {
    const frame = frameMarker(placed);
    if (!isHuffman(frame)) return undefined;
    const data = bytes.subarray(placed.start, placed.end);
    if (data.includes(ZEROS) && !mayBeZero(placed)) return frame === MARKER.SOF2 ? 'doubt' : 'damage';
  }
  return undefined;
}

function frameMarker({ segments }: PlacedScan): number | undefined {
  return segments.flatMap((segment) => frameOf(segment) ?? [])[0]?.marker;
}

/** What arithmetic coding makes of flat pictures is not known by its bytes. */
function isHuffman(frame: number | undefined): boolean {
  return frame === MARKER.SOF0 || frame === MARKER.SOF1 || frame === MARKER.SOF2;
}

/**
 * Whether zero bits can go on for long in a scan: when they are blocks without details, or bits that only add precision.
 * By any other code they would be the same detail over and over.
 */
function mayBeZero({ scan, segments }: PlacedScan): boolean {
  if (scan.high > 0) return true;
  return scan.components.every(({ dc, ac }) => {
    if (scan.first === 0 && scan.last === 0) return zeroSymbol(segments, dc) === 0;
    const symbol = zeroSymbol(segments, 16 + ac) ?? 0;
    // Size 0 and a run below 15: the end of this block, in a progressive scan of several blocks.
    return (symbol & 15) === 0 && symbol < 0xf0;
  });
}

/** The symbol whose code is all zero bits: the first one of the table. */
function zeroSymbol(segments: readonly Segment[], table: number): number | undefined {
  let symbol: number | undefined;
  for (const { marker, content } of segments) {
    if (marker !== MARKER.DHT) continue;
    for (let at = 0; at + 17 <= content.length;) {
      const count = content.subarray(at + 1, at + 17).reduce((sum, each) => sum + each, 0);
      if (content[at] === table) symbol = content[at + 17];
      at += 17 + count;
    }
  }
  return symbol;
}

/** What the scans of a picture leave out. */
export interface Coverage {
  /** Whether they are of Huffman codes: arithmetic ones go on without an end when data is missing. */
  readonly isHuffman: boolean;
  /** A colour channel has no data at all. */
  readonly lacksChannel: boolean;
  /** Some coefficients were not given, or not at full precision: the last scans may be missing. */
  readonly lacksDetail: boolean;
}

const COEFFICIENTS = 64;

/** Adds up what the scans give of each colour channel. A picture cut at the end of a scan is whole in form. */
export function coverageOf(bytes: Buffer): Coverage {
  const lowest = new Map<number, number[]>();
  let frame: ReturnType<typeof frameOf>;
  for (const { scan, segments } of scansOf(bytes)) {
    frame ??= segments.flatMap((segment) => frameOf(segment) ?? [])[0];
    for (const { id } of scan.components) {
      const given = lowest.get(id) ?? Array<number>(COEFFICIENTS).fill(Infinity);
      // A sequential scan always gives everything.
      const isProgressive = frame?.marker === MARKER.SOF2;
      const [first, last, low] = isProgressive ? [scan.first, scan.last, scan.low] : [0, COEFFICIENTS - 1, 0];
      for (let k = first; k <= Math.min(last, COEFFICIENTS - 1); k += 1) given[k] = low;
      lowest.set(id, given);
    }
  }
  const channels = frame?.components.map(({ id }) => lowest.get(id)) ?? [];
  return {
    isHuffman: isHuffman(frame?.marker),
    lacksChannel: channels.some((given) => (given?.[0] ?? Infinity) === Infinity),
    lacksDetail: channels.some((given) => given?.some((low) => low > 0) ?? false),
  };
}
