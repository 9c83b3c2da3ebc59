import { crc32 } from 'node:zlib';
import { isPlainPath } from '../../core/output-paths.js';
import { MAX_RECORD_BYTES } from '../../core/parse-record.js';
import { SCHEMA_VERSION, type PictureRecord } from '../../core/report.js';
import type { RecordText } from '../record-store.js';

/*
 * A line of a records file is the record as `faces.jsonl` has it, and two fields more at its end:
 *
 *   {"schemaVersion":2,"image":"a.jpg",…,"run":{…},"mtimeMs":1700000000123,"check":"0a1b2c3d"}
 *
 * `check` is the CRC-32 of the line before it, so that half a line, or one with a hole in it, is no record. In the journal
 * there are lines of another kind, too: {"removed":"a.jpg","check":"0a1b2c3d"}.
 */

/** A longer line is no record: as many bytes as a file may have, and the two fields. */
export const MAX_LINE_BYTES = MAX_RECORD_BYTES + 1024;

/** Where a line is in a buffer: from `start` to before `end`, without its line break. */
export interface LineBytes {
  readonly buffer: Buffer;
  readonly start: number;
  readonly end: number;
}

const RECORD_START = `{"schemaVersion":${SCHEMA_VERSION},"image":"`;
/** Of every version of the format. */
const OUR_START = '{"schemaVersion":';
const REMOVED_START = '{"removed":"';
const CHECK_START = ',"check":"';
const DIGITS = 8;
/** Of `CHECK_START`, the digits and `"}`. */
const CHECK_BYTES = CHECK_START.length + DIGITS + 2;
const QUOTE = '"'.charCodeAt(0);

/** A line with its line break. @param mtimeMs the source's. */
export function recordLine(record: PictureRecord, mtimeMs: number | undefined): Buffer {
  // Without a source there is nothing to compare, and no time that two runs would agree on.
  const known = record.source === undefined ? undefined : mtimeMs;
  return sealed(`${JSON.stringify(record).slice(0, -1)},"mtimeMs":${known ?? 'null'}`);
}

export function removalLine(image: string): Buffer {
  return sealed(`{"removed":${JSON.stringify(image)}`);
}

function sealed(text: string): Buffer {
  return Buffer.from(`${text}${CHECK_START}${hex(crc32(text))}"}\n`);
}

const hex = (check: number): string => check.toString(16).padStart(DIGITS, '0');

/** The same line with another mtime; undefined for one that is damaged. */
export function restampedLine(line: LineBytes, mtimeMs: number): Buffer | undefined {
  const parts = partsOf(line);
  return parts && sealed(`${parts.body},"mtimeMs":${mtimeMs}`);
}

/** Whether all of a line is there. */
export function isWhole({ buffer, start, end }: LineBytes): boolean {
  const checked = end - CHECK_BYTES;
  if (checked <= start) return false;
  const check = hex(crc32(buffer.subarray(start, checked)));
  return buffer.toString('latin1', checked, end) === `${CHECK_START}${check}"}`;
}

/** The record in a line; undefined for a line that is damaged. */
export function recordIn(line: LineBytes): RecordText | undefined {
  const parts = partsOf(line);
  return parts && { text: `${parts.body}}`, mtimeMs: parts.mtimeMs };
}

/** What stands before the two fields, and the first of them. */
function partsOf(line: LineBytes): { body: string; mtimeMs: number | undefined } | undefined {
  if (!isWhole(line)) return undefined;
  const text = line.buffer.toString('utf8', line.start, line.end - CHECK_BYTES);
  const [field, value = ''] = /,"mtimeMs":(-?\d{1,16}|null)$/.exec(text) ?? [];
  if (field === undefined) return undefined;
  return { body: text.slice(0, -field.length), mtimeMs: value === 'null' ? undefined : Number(value) };
}

/** Whether a line, whole or not, begins as facetag's do: somebody else's file may have the name of ours. */
export function isOurs({ buffer, start }: LineBytes): boolean {
  const begins = (text: string): boolean => buffer.toString('latin1', start, start + text.length) === text;
  return begins(OUR_START) || begins(REMOVED_START);
}

/** Whose record a line is, whole or not; undefined where that cannot be read or is no name of a picture. */
export function pictureOf(line: LineBytes): string | undefined {
  const name = textAfter(RECORD_START, line) ?? fieldOf(line, 'image');
  return name !== undefined && isPlainPath(name) ? name : undefined;
}

/** Whose record a line of the journal takes away; undefined for any other line. */
export function removedBy(line: LineBytes): string | undefined {
  const { buffer, start } = line;
  if (buffer.toString('latin1', start, start + REMOVED_START.length) !== REMOVED_START) return undefined;
  return fieldOf(line, 'removed');
}

/** Reads no more of a line than it must: a million are read for their names alone. */
function textAfter(begin: string, { buffer, start, end }: LineBytes): string | undefined {
  const from = start + begin.length;
  if (buffer.toString('latin1', start, from) !== begin) return undefined;
  const quote = buffer.indexOf(QUOTE, from);
  if (quote === -1 || quote >= end) return undefined;
  const text = buffer.toString('utf8', from, quote);
  return text.includes('\\') ? undefined : text;
}

function fieldOf({ buffer, start, end }: LineBytes, field: string): string | undefined {
  try {
    const value = JSON.parse(buffer.toString('utf8', start, end)) as Readonly<Record<string, unknown>> | null;
    const text = value?.[field];
    return typeof text === 'string' ? text : undefined;
  } catch {
    return undefined;
  }
}
