import {
  ATTRIBUTE_CHOICES,
  OUTPUT_FORMATS,
  USUAL_ATTRIBUTES,
  type AttributeChoice,
  type AutoShard,
  type OutputFormat,
  type Shard,
} from '../config.js';
import { usageError } from '../errors.js';

/** A flag's value as typed or from the environment: what commander and `process.env` give. */
export type RawValue = string | boolean | readonly string[];

/** Checks one raw value. */
export interface Reader<T> {
  /** @throws {FatalError} USAGE in the one validation form. */
  (raw: RawValue, subject: string): T;
  /** The words that are taken, where they are a closed set. */
  readonly words?: readonly string[];
  /** What stands between several of the words. */
  readonly separator?: string;
}

/** Any non-empty value. */
export function text(raw: RawValue, subject: string): string {
  if (typeof raw !== 'string' || raw === '') throw usageError('a value', subject, raw);
  return raw;
}

/** Fewer characters could be guessed. */
const LEAST_SECRET = 16;

/** What only those who know it may use: it is repeated in no message. */
export function secret(raw: RawValue, subject: string): string {
  if (typeof raw === 'string' && /^[\x21-\x7e]+$/.test(raw) && raw.length >= LEAST_SECRET) return raw;
  const received = typeof raw === 'string' ? `one of ${raw.length}` : 'something else';
  throw usageError(`at least ${LEAST_SECRET} printable ASCII characters without spaces`, subject, received);
}

/** An address that requests go to. */
export function webAddress(raw: RawValue, subject: string): string {
  const address = text(raw, subject);
  if (!/^https?:\/\/./i.test(address) || !URL.canParse(address))
    throw usageError('an http(s) URL', subject, raw);
  return address;
}

/** From the environment: one value a line, since globs may hold commas. */
export function list(raw: RawValue): readonly string[] {
  return typeof raw === 'string'
    ? raw.split('\n').filter((line) => line !== '')
    : raw === true || raw === false
      ? []
      : raw;
}

/** A switch; in the environment 1/true/yes/on or 0/false/no/off. */
export function bool(raw: RawValue, subject: string): boolean {
  if (typeof raw === 'boolean') return raw;
  if (raw === '1' || raw === 'true' || raw === 'yes' || raw === 'on') return true;
  if (raw === '0' || raw === 'false' || raw === 'no' || raw === 'off') return false;
  throw usageError('1 or 0', subject, raw);
}

/** A number in `low..high`. */
export function number(low: number, high: number, expected: string) {
  return (raw: RawValue, subject: string): number => {
    const value = typeof raw === 'string' && raw.trim() !== '' ? Number(raw) : NaN;
    if (!(value >= low && value <= high)) throw usageError(expected, subject, raw);
    return value;
  };
}

const SECONDS = { ms: 0.001, s: 1, m: 60, h: 3600 } as const;

/** A duration in `0..high` seconds: a number of seconds, or one with a unit (`500ms`, `2m`). */
export function duration(high: number, expected: string) {
  return (raw: RawValue, subject: string): number => {
    const [, amount, unit = 's'] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text(raw, subject)) ?? [];
    const value = amount === undefined ? NaN : Number(amount) * SECONDS[unit as keyof typeof SECONDS];
    if (!(value <= high)) throw usageError(expected, subject, raw);
    return value;
  };
}

/** A whole number in `low..high`. */
export function integer(low: number, high: number) {
  const expected = `a whole number in ${low}..${high}`;
  return (raw: RawValue, subject: string): number => {
    const value = number(low, high, expected)(raw, subject);
    if (!Number.isInteger(value)) throw usageError(expected, subject, raw);
    return value;
  };
}

/** One of a closed set of words. */
export function oneOf<T extends string>(values: readonly T[]): Reader<T> {
  const read = (raw: RawValue, subject: string): T => {
    const found = values.find((value) => value === raw);
    if (found === undefined) throw usageError(`one of ${values.join(', ')}`, subject, raw);
    return found;
  };
  return Object.assign(read, { words: values });
}

/** A comma-separated list of output formats; `none` is the empty list. */
export const formats: Reader<readonly OutputFormat[]> = Object.assign(readFormats, {
  words: OUTPUT_FORMATS,
  separator: ',',
});

function readFormats(raw: RawValue, subject: string): readonly OutputFormat[] {
  const names = text(raw, subject).split(',');
  const read = oneOf(OUTPUT_FORMATS);
  const chosen = [...new Set(names.map((name) => read(name.trim(), subject)))];
  if (chosen.length > 1 && chosen.includes('none')) throw usageError('none alone', subject, raw);
  return chosen.filter((format) => format !== 'none');
}

/** A comma-separated list of what to tell of a face, in any order: gender and age, which every record has, and more. */
export const attributes: Reader<readonly AttributeChoice[]> = Object.assign(readAttributes, {
  words: ATTRIBUTE_CHOICES,
  separator: ',',
});

function readAttributes(raw: RawValue, subject: string): readonly AttributeChoice[] {
  const read = oneOf(ATTRIBUTE_CHOICES);
  const names = text(raw, subject)
    .split(',')
    .map((name) => read(name.trim(), subject));
  if (!USUAL_ATTRIBUTES.every((name) => names.includes(name))) {
    throw usageError(
      'gender and age, which every record has, and at most expression beside them',
      subject,
      raw,
    );
  }
  return ATTRIBUTE_CHOICES.filter((name) => names.includes(name));
}

/** Shares that there may be. */
export const MOST_SHARES = 999_999;

/** `K/N`, or that the scheduler says K (`auto/N`; `auto0/N` where its indexes count from 0) and perhaps N (`auto`). */
export function shard(raw: RawValue, subject: string): Shard | AutoShard {
  const typed = text(raw, subject);
  if (typed === 'auto') return { auto: true, count: undefined, first: 1 };
  const [, from = '', of = ''] = /^(\d{1,6}|auto0?)\/(\d{1,6})$/.exec(typed) ?? [];
  const count = Number(of);
  const index = Number(from);
  if (from.startsWith('auto') && count >= 1) return { auto: true, count, first: from === 'auto0' ? 0 : 1 };
  if (!(index >= 1 && index <= count)) {
    throw usageError('K/N with 1 <= K <= N, auto/N, auto0/N or auto', subject, raw);
  }
  return { index, count };
}
