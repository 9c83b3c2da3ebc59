/** A box of an ISO media file (ISO/IEC 14496-12), by where it is. */
export interface Box {
  readonly type: string;
  /** Of its content. */
  readonly start: number;
  /** Behind the box; beyond the file where the file is cut. */
  readonly end: number;
}

/** The boxes between two places. Bytes that are too few for a box's header end the list. */
export function* boxesIn(bytes: Buffer, from = 0, to = bytes.length): Iterable<Box> {
  for (let at = from; at < to;) {
    const box = readBox(bytes, at, to);
    if (box === undefined) return;
    yield box;
    at = box.end;
  }
}

/**
 * Size 1 means that a 64-bit size follows the type; size 0 that the box runs to the end.
 * @returns undefined where the header of the box is cut.
 */
export function readBox(bytes: Buffer, at: number, to = bytes.length): Box | undefined {
  if (at + 8 > to) return undefined;
  const type = bytes.toString('latin1', at + 4, at + 8);
  const size = bytes.readUInt32BE(at);
  if (size === 0) return { type, start: at + 8, end: to };
  if (size !== 1) return { type, start: at + 8, end: at + Math.max(8, size) };
  if (at + 16 > to) return undefined;
  return { type, start: at + 16, end: at + Math.max(16, Number(bytes.readBigUInt64BE(at + 8))) };
}
