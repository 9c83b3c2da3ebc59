import { escapeName } from '../escape-name.js';

/*
 * The blocks of a tar archive: POSIX ustar, GNU tar and what came before them.
 */

export const BLOCK = 512;

/** Where the fields of a header are, `[start, end)`. */
const FIELDS = {
  name: [0, 100],
  size: [124, 136],
  checksum: [148, 156],
  type: [156, 157],
  magic: [257, 263],
  prefix: [345, 500],
} as const;

/** Where GNU tar's header of a sparse file, and each further block of its map, says that another one follows. */
const SPARSE_CONTINUES = 482;
export const MAP_CONTINUES = 504;

/** A header block. */
export interface TarHeader {
  /** As stored; bytes that are not UTF-8 appear as `\xNN`. */
  readonly name: string;
  /** Of the data that follows. */
  readonly bytes: number;
  /** One character; `0` for a plain file. */
  readonly type: string;
  /** Blocks with the rest of a sparse file's map follow. */
  readonly continues: boolean;
}

export function isZeros(block: Buffer): boolean {
  return block.equals(ZEROS.subarray(0, block.length));
}

const ZEROS = Buffer.alloc(BLOCK);

/** Blocks in the longest record that is known: 4 MiB, the most that bsdtar writes. */
export const MOST_RECORD = 8192;

/** Blocks in a record: GNU tar's default (`-b 20`), the 63 KiB that BSD's tapes take, and powers of two. */
const RECORDS = [20, 126, ...Array.from({ length: 14 }, (_, power) => 2 ** power)];

/**
 * Whether zero blocks that nothing follows end an archive, or stand for members that are lost. An end has two, and fills
 * its last record; the archive is a whole number of records long. A lone block at the end of the file is half an end.
 *
 * @param length of the archive, in blocks.
 */
export function isEnd(blocks: number, length: number): boolean {
  return blocks <= 2 || RECORDS.some((record) => length % record === 0 && blocks <= record + 1);
}

/** @returns undefined for what is no header. */
export function parseTarHeader(block: Buffer): TarHeader | undefined {
  const bytes = parseNumber(field(block, 'size'));
  if (parseNumber(field(block, 'checksum')) !== checksum(block) || bytes === undefined) return undefined;
  const type = field(block, 'type').toString('latin1');
  return {
    name: nameOf(block),
    bytes,
    type: type === '\0' || type === '7' ? '0' : type,
    continues: type === 'S' && block[SPARSE_CONTINUES] === 1,
  };
}

function nameOf(block: Buffer): string {
  const name = untilNul(field(block, 'name'));
  // GNU tar keeps other things where POSIX has the prefix.
  const isPosix = field(block, 'magic').toString('latin1') === 'ustar\0';
  const prefix = isPosix ? untilNul(field(block, 'prefix')) : Buffer.alloc(0);
  return escapeName(prefix.length > 0 ? Buffer.concat([prefix, Buffer.from('/'), name]) : name);
}

/** The sum of all bytes, those of the sum itself counted as spaces. */
function checksum(block: Buffer): number {
  const [start, end] = FIELDS.checksum;
  return (end - start) * 0x20 + sumOf(block, 0, start) + sumOf(block, end, block.length);
}

/** Counts by index: an iterator would take most of the time of looking through an archive. */
function sumOf(block: Buffer, start: number, end: number): number {
  let sum = 0;
  for (let at = start; at < end; at += 1) sum += block[at] ?? 0;
  return sum;
}

/** Octal digits, or GNU tar's binary form for what has no room as such. */
function parseNumber(text: Buffer): number | undefined {
  const [first = 0] = text;
  if (first === 0x80) return safe(Number(BigInt(`0x${text.subarray(1).toString('hex')}`)));
  const digits = text
    .toString('latin1')
    .replace(/^[ \0]+/, '')
    .replace(/[ \0].*$/s, '');
  return /^[0-7]*$/.test(digits) ? safe(Number.parseInt(digits || '0', 8)) : undefined;
}

const safe = (value: number): number | undefined => (Number.isSafeInteger(value) ? value : undefined);

function field(block: Buffer, name: keyof typeof FIELDS): Buffer {
  return block.subarray(...FIELDS[name]);
}

/** A text that ends at its first NUL, if it has one. */
export function untilNul(text: Buffer): Buffer {
  const end = text.indexOf(0);
  return end === -1 ? text : text.subarray(0, end);
}

/**
 * The records of a PAX extended header (`27 path=dir/a.jpg\n`) by their keys.
 *
 * @returns undefined for what is none.
 */
export function parsePax(data: Buffer): ReadonlyMap<string, string> | undefined {
  const records = new Map<string, string>();
  for (let at = 0; at < data.length;) {
    const space = data.indexOf(0x20, at);
    const digits = space === -1 ? '' : data.toString('latin1', at, space);
    const end = at + Number(digits);
    if (!/^[1-9]\d{0,9}$/.test(digits) || end > data.length || data[end - 1] !== 0x0a) return undefined;
    const equals = data.indexOf(0x3d, space);
    if (equals === -1 || equals >= end) return undefined;
    records.set(data.toString('utf8', space + 1, equals), escapeName(data.subarray(equals + 1, end - 1)));
    at = end;
  }
  return records;
}

/** The size that a PAX header gives. */
export function parsePaxSize(text: string): number | undefined {
  return /^\d{1,16}$/.test(text) ? safe(Number(text)) : undefined;
}
