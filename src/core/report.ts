import type { BoundingBox, Face, ImageFailure, ImageReport, RunKey, SourceIdentity } from '../types.js';
import { ATTRIBUTES, ATTRIBUTE_NAMES, type Attributes } from './attributes.js';
import { clamp, round, roundValue } from './attributes/kind.js';
import { compareDetections } from './detections.js';
import { toRunRecord } from './run-key.js';

/** Version of the record format; part of the skip key, so a change redoes every picture. */
export const SCHEMA_VERSION = 2;

/** One face as written to JSON: bbox is [x, y, width, height] in whole pixels of the picture as seen. */
export interface FaceRecord extends Attributes {
  readonly bbox: readonly [number, number, number, number];
  readonly confidence: number;
}

/** One picture as written to `<output>/json` and to each jsonl line. */
export interface PictureRecord {
  readonly schemaVersion: number;
  /** Path below the base folder, `/` separated. */
  readonly image: string;
  readonly status: 'ok' | 'failed';
  readonly width: number;
  readonly height: number;
  /** EXIF orientation as stored in the file, 1..8: how the pixels were turned to be seen. */
  readonly orientation?: number;
  readonly scale: number;
  readonly faces: readonly FaceRecord[];
  readonly error?: ImageFailure;
  /** Absent when there are none. */
  readonly warnings?: readonly string[];
  readonly source?: SourceIdentity;
  readonly run: RunKey;
}

/** Confidences and scale carry 4 decimals. */
const DECIMALS = 4;

/**
 * Brings faces into the form that every output shows: whole pixels clipped to the picture, rounded numbers, sorted by
 * confidence (highest first), then x, then y. Done once, before anything is drawn or written, so that a copy redrawn
 * from a record equals the first one.
 */
export function presentFaces(faces: readonly Face[], width: number, height: number): Face[] {
  return faces
    .map((face) => ({
      box: wholePixels(face.box, width, height),
      confidence: round(face.confidence, DECIMALS),
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

/** Rounded, in the order of the table, and nothing else. */
function presentAttributes(attributes: Attributes): Attributes {
  const presented: Partial<Record<string, unknown>> = {};
  for (const name of ATTRIBUTE_NAMES) {
    const value = attributes[name];
    if (value !== undefined) presented[name] = roundValue(ATTRIBUTES[name], value);
  }
  return presented as unknown as Attributes;
}

/** The record of a picture that a lane has reported on; faces are presented already. */
export function toRecord(image: string, report: ImageReport, run: RunKey): PictureRecord {
  const { failure, orientation, warnings = [], source } = report;
  return {
    schemaVersion: SCHEMA_VERSION,
    image,
    status: failure ? 'failed' : 'ok',
    width: report.width,
    height: report.height,
    ...(orientation !== undefined && { orientation }),
    scale: round(report.scale, DECIMALS),
    faces: failure ? [] : report.faces.map(toFaceRecord),
    ...(failure && { error: toErrorRecord(failure) }),
    ...(warnings.length > 0 && { warnings }),
    ...(source && { source: toSourceRecord(source) }),
    run: toRunRecord(run),
  };
}

function toSourceRecord({ bytes, sha256, etag }: SourceIdentity): SourceIdentity {
  return { bytes, sha256, ...(etag !== undefined && { etag }) };
}

function toErrorRecord({ stage, code, message, attempts }: ImageFailure): ImageFailure {
  return { stage, code, message, ...(attempts !== undefined && { attempts }) };
}

/** A presented face, as records show it. */
export function toFaceRecord({ box, confidence, attributes }: Face): FaceRecord {
  return { bbox: [box.x1, box.y1, box.x2 - box.x1, box.y2 - box.y1], confidence, ...attributes };
}

/** The faces of a record, to draw them again. */
export function facesOf(record: PictureRecord): Face[] {
  return record.faces.map(({ bbox: [x, y, w, h], confidence, ...attributes }) => ({
    box: { x1: x, y1: y, x2: x + w, y2: y + h },
    confidence,
    attributes: presentAttributes(attributes),
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

/** The picture that such a line is of. @returns undefined for what is no line of a record. */
export function imageOfLine(line: string): string | undefined {
  try {
    const { image } = JSON.parse(line) as Partial<Record<'image', unknown>>;
    return typeof image === 'string' ? image : undefined;
  } catch {
    return undefined;
  }
}
