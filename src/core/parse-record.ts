import { FAILURE_CODES, STAGES } from '../types.js';
import { ATTRIBUTES, ATTRIBUTE_NAMES } from './attributes.js';
import { isValue, isInRange } from './attributes/kind.js';
import { ENGINE_READS } from './engines.js';
import { facesOf, type PictureRecord, SCHEMA_VERSION, toRecord } from './report.js';

/** A longer file is no record: one of 50,000 faces has half of this. */
export const MAX_RECORD_BYTES = 16 * 2 ** 20;

/** What JSON gave, before anything of it is believed. */
type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads a record back. Anything that is not a whole record of this version is undefined: the picture is then done again,
 * so a damaged ledger heals itself. Only documented fields are taken over: nothing that a stranger wrote beside them
 * reaches a table.
 */
export function parseRecord(text: string, image: string): PictureRecord | undefined {
  const value = parseFields(text);
  if (value?.['schemaVersion'] !== SCHEMA_VERSION || value['image'] !== image || !isRecord(value)) {
    return undefined;
  }
  const { error, ...report } = value;
  return toRecord(image, { ...report, faces: facesOf(value), ...(error && { failure: error }) }, value.run);
}

/** Whether this is the picture's record in another version of the format. */
export function isOtherVersion(text: string, image: string): boolean {
  const value = parseFields(text);
  const version = value?.['schemaVersion'];
  return value?.['image'] === image && Number.isInteger(version) && version !== SCHEMA_VERSION;
}

function parseFields(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isFields(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(value: Fields): value is Fields & PictureRecord {
  const { status, width, height, orientation, scale, faces, error, warnings, source, run } = value;
  return (
    (status === 'ok' ? error === undefined : status === 'failed' && isError(error)) &&
    isCount(width) &&
    isCount(height) &&
    (isOrientation(orientation) || (status === 'failed' && orientation === undefined)) &&
    isInRange(scale, 0, 1) &&
    Array.isArray(faces) &&
    faces.every(isFace) &&
    (warnings === undefined || (Array.isArray(warnings) && warnings.every(isText))) &&
    (source === undefined || isSource(source)) &&
    isRun(run)
  );
}

function isFace(value: unknown): boolean {
  return (
    isFields(value) &&
    isBox(value['bbox']) &&
    isInRange(value['confidence'], 0, 1) &&
    ATTRIBUTE_NAMES.every((name) => {
      const row = ATTRIBUTES[name];
      return value[name] === undefined ? !row.required : isValue(row, value[name]);
    })
  );
}

function isBox(value: unknown): boolean {
  return Array.isArray(value) && value.length === 4 && value.every(isCount) && value[2] > 0 && value[3] > 0;
}

function isError(value: unknown): boolean {
  return (
    isFields(value) &&
    isOneOf(STAGES, value['stage']) &&
    isOneOf(FAILURE_CODES, value['code']) &&
    isText(value['message'])
  );
}

const isSource = (value: unknown): boolean =>
  isFields(value) &&
  isCount(value['bytes']) &&
  isText(value['sha256']) &&
  (value['etag'] === undefined || isText(value['etag']));

function isRun(value: unknown): boolean {
  return (
    isFields(value) &&
    isText(value['pack']) &&
    isText(value['models']) &&
    isText(value['settings']) &&
    isOneOf(Object.keys(ENGINE_READS), value['engine']) &&
    (value['precision'] === undefined || value['precision'] === 'int8')
  );
}

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;
const isText = (value: unknown): boolean => typeof value === 'string';
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0;
const isOrientation = (value: unknown): boolean => Number.isInteger(value) && isInRange(value, 1, 8);
const isOneOf = (set: readonly string[], value: unknown): boolean =>
  typeof value === 'string' && set.includes(value);
