/*
 * Where pictures are in an object store: `s3://<bucket>/<key>`. A key is any text; the name of its picture must be a plain
 * path, and no two keys may have one name.
 */

const SCHEME = 's3://';

/** A bucket, and what of it. */
export interface StoreAddress {
  readonly bucket: string;
  /** Empty for all of it. */
  readonly key: string;
}

export const isStoreAddress = (text: string): boolean => text.startsWith(SCHEME);

/** @returns undefined for what names no bucket, or has a NUL in it. */
export function parseStoreAddress(text: string): StoreAddress | undefined {
  const [, bucket, key = ''] = /^s3:\/\/([A-Za-z0-9][A-Za-z0-9._-]{1,254})(?:\/([^\0]*))?$/.exec(text) ?? [];
  return bucket === undefined ? undefined : { bucket, key };
}

/** Whether a picture can be named by a key: no name has a NUL. */
export const isNameable = (key: string): boolean => !key.includes('\0');

export const bucketAddress = (bucket: string): string => SCHEME + bucket;

/** Segments that no path may have, and those that stand for them in names. */
const ODD_SEGMENT = /^%*\.{0,2}$/;
const ODD_NAME = /^%+\.{0,2}$/;

/** The name of a key's picture: the key, with a `%` before each segment that is empty, `.` or `..`, or looks so escaped. */
export function nameOfKey(key: string): string {
  return key
    .split('/')
    .map((segment) => (ODD_SEGMENT.test(segment) ? `%${segment}` : segment))
    .join('/');
}

/** The key that a picture's name stands for. */
export function keyOfName(name: string): string {
  return name
    .split('/')
    .map((segment) => (ODD_NAME.test(segment) ? segment.slice(1) : segment))
    .join('/');
}

/** Where a picture is, by the address of its bucket and its name. */
export const addressOf = (base: string, name: string): string => `${base}/${keyOfName(name)}`;
