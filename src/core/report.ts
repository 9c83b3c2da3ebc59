import { compareDetections } from './detections.js';
import type {
  AgeGroup,
  Attributes,
  BoundingBox,
  EngineName,
  Face,
  FailureCode,
  Gender,
  ImageFailure,
  ImageReport,
  RunKey,
  SourceIdentity,
  Stage,
} from '../types.js';

/** Version of the record format; part of the skip key, so a change redoes every picture. */
export const SCHEMA_VERSION = 1;

/** One face as written to JSON: bbox is [x, y, width, height] in whole pixels of the picture as seen. */
export interface FaceRecord {
  readonly bbox: readonly [number, number, number, number];
  readonly confidence: number;
  readonly gender: Gender;
  readonly genderConfidence: number;
  readonly age: AgeGroup;
  readonly ageConfidence?: number;
  readonly ageYears?: number;
  readonly ageDistribution?: readonly number[];
}

/** One picture as written to `<output>/json` and to each jsonl line. */
export interface PictureRecord {
  readonly schemaVersion: number;
  /** Path below the base folder, `/` separated. */
  readonly image: string;
  readonly status: 'ok' | 'failed';
  readonly width: number;
  readonly height: number;
  readonly scale: number;
  readonly faces: readonly FaceRecord[];
  readonly error?: { readonly stage: Stage; readonly code: FailureCode; readonly message: string };
  readonly source?: SourceIdentity;
  readonly run: { pack: string; models: string; settings: string; engine: EngineName };
}

/** Confidences, scale and distributions carry 4 decimals. */
const to4 = (value: number): number => Math.round(value * 1e4) / 1e4;

/** Years carry 1 decimal. */
const to1 = (value: number): number => Math.round(value * 10) / 10;

/**
 * Brings faces into the form that every output shows: whole pixels clipped to the picture, rounded numbers, sorted by
 * confidence (highest first), then x, then y. Done once, before anything is drawn or written, so that a copy redrawn
 * from a record equals the first one.
 */
export function presentFaces(faces: readonly Face[], width: number, height: number): Face[] {
  return faces
    .map((face) => ({
      box: wholePixels(face.box, width, height),
      confidence: to4(face.confidence),
      attributes: presentAttributes(face.attributes),
    }))
    .sort(compareDetections);
}

function wholePixels(box: BoundingBox, width: number, height: number): BoundingBox {
  const x1 = clamp(Math.round(box.x1), 0, Math.max(0, width - 1));
  const y1 = clamp(Math.round(box.y1), 0, Math.max(0, height - 1));
  return {
    x1,
    y1,
    x2: clamp(Math.round(box.x2), x1 + 1, Math.max(x1 + 1, width)),
    y2: clamp(Math.round(box.y2), y1 + 1, Math.max(y1 + 1, height)),
  };
}

const clamp = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high);

function presentAttributes(attributes: Attributes): Attributes {
  const { gender, age, ageConfidence, ageYears, ageDistribution } = attributes;
  return {
    gender: { label: gender.label, confidence: to4(gender.confidence) },
    age,
    ...(ageConfidence !== undefined && { ageConfidence: to4(ageConfidence) }),
    ...(ageYears !== undefined && { ageYears: to1(ageYears) }),
    ...(ageDistribution !== undefined && { ageDistribution: ageDistribution.map(to4) }),
  };
}

/** The record of a picture that a lane has reported on; faces are presented already. */
export function toRecord(image: string, report: ImageReport, run: RunKey): PictureRecord {
  return {
    schemaVersion: SCHEMA_VERSION,
    image,
    status: report.failure ? 'failed' : 'ok',
    width: report.width,
    height: report.height,
    scale: to4(report.scale),
    faces: report.failure ? [] : report.faces.map(toFaceRecord),
    ...(report.failure && { error: toErrorRecord(report.failure) }),
    ...(report.source && { source: { bytes: report.source.bytes, sha256: report.source.sha256 } }),
    run: { pack: run.pack, models: run.models, settings: run.settings, engine: run.engine },
  };
}

function toErrorRecord({ stage, code, message }: ImageFailure): ImageFailure {
  return { stage, code, message };
}

function toFaceRecord({ box, confidence, attributes }: Face): FaceRecord {
  const { gender, age, ageConfidence, ageYears, ageDistribution } = attributes;
  return {
    bbox: [box.x1, box.y1, box.x2 - box.x1, box.y2 - box.y1],
    confidence,
    gender: gender.label,
    genderConfidence: gender.confidence,
    age,
    ...(ageConfidence !== undefined && { ageConfidence }),
    ...(ageYears !== undefined && { ageYears }),
    ...(ageDistribution !== undefined && { ageDistribution }),
  };
}

/** The faces of a record, to draw them again. */
export function facesOf(record: PictureRecord): Face[] {
  return record.faces.map(({ bbox: [x, y, w, h], ...face }) => ({
    box: { x1: x, y1: y, x2: x + w, y2: y + h },
    confidence: face.confidence,
    attributes: {
      gender: { label: face.gender, confidence: face.genderConfidence },
      age: face.age,
      ...(face.ageConfidence !== undefined && { ageConfidence: face.ageConfidence }),
      ...(face.ageYears !== undefined && { ageYears: face.ageYears }),
      ...(face.ageDistribution !== undefined && { ageDistribution: face.ageDistribution }),
    },
  }));
}

/** Text of `<output>/json/<relative path>.json`. */
export function formatRecord(record: PictureRecord): string {
  return JSON.stringify(record, null, 2) + '\n';
}

/** One line of `faces.jsonl` or of the `--jsonl` stream, newline included. */
export function formatLine(record: PictureRecord): string {
  return JSON.stringify(record) + '\n';
}

/**
 * Reads a record back. Anything that is not a whole record of this schema version is undefined: the picture is then
 * done again, so a damaged ledger heals itself.
 */
export function parseRecord(text: string, image: string): PictureRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return isRecord(value) && value.image === image ? value : undefined;
}

function isRecord(value: unknown): value is PictureRecord {
  if (typeof value !== 'object' || value === null) return false;
  const record = value as Partial<Record<keyof PictureRecord, unknown>>;
  return (
    record.schemaVersion === SCHEMA_VERSION &&
    typeof record.image === 'string' &&
    Array.isArray(record.faces) &&
    record.faces.every(isFace) &&
    typeof record.width === 'number' &&
    typeof record.height === 'number' &&
    (record.status === 'ok' || (record.status === 'failed' && isObject(record.error))) &&
    isObject(record.run) &&
    (record.source === undefined || isObject(record.source))
  );
}

function isFace(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const face = value as Partial<Record<keyof FaceRecord, unknown>>;
  return (
    Array.isArray(face.bbox) &&
    face.bbox.length === 4 &&
    face.bbox.every((number) => typeof number === 'number') &&
    typeof face.confidence === 'number' &&
    typeof face.gender === 'string' &&
    typeof face.genderConfidence === 'number' &&
    typeof face.age === 'string'
  );
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;
