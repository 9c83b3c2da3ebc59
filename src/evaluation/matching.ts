import type { MatchRule } from '../config.js';
import { area, iou } from '../core/box.js';
import type { FaceRecord, PictureRecord } from '../core/report.js';
import type { BoundingBox } from '../types.js';
import type { FaceLabel } from './labels.js';

export interface MatchOptions {
  /** Intersection over union from which a face is the labelled one, above 0 and at most 1. */
  readonly iou: number;
  readonly match: MatchRule;
}

/** A labelled face and the face of the record that it is; absent when it was missed. */
export interface JudgedFace {
  readonly label: FaceLabel;
  readonly found?: FaceRecord;
}

/** A face of a record, right or extra, as average precision counts it. */
export interface RankedDetection {
  readonly confidence: number;
  readonly isTrue: boolean;
}

/** One picture held against its labels. */
export interface JudgedPicture {
  readonly isFailed: boolean;
  readonly faces: readonly JudgedFace[];
  /** Absent without boxes: other faces of the picture may be there though nobody labelled them. */
  readonly detections?: {
    /** Faces of the record that no label has. */
    readonly extra: number;
    readonly ranked: readonly RankedDetection[];
  };
}

/** @param labels all of this picture: with a box each, one without, or none for a picture without faces. */
export function judgePicture(
  { status, width, height, faces }: PictureRecord,
  labels: readonly FaceLabel[],
  options: MatchOptions,
): JudgedPicture {
  const isFailed = status === 'failed';
  const [first] = labels;
  if (first && !first.box) {
    const found = chooseFace(faces, width, height, options.match);
    return { isFailed, faces: [{ label: first, ...(found && { found }) }] };
  }
  const pairs = overlaps(faces, labels, options.iou);
  const byOverlap = assign(pairs.toSorted((a, b) => b.overlap - a.overlap));
  const byConfidence = assign(
    pairs.toSorted((a, b) => b.face.confidence - a.face.confidence || b.overlap - a.overlap),
  );
  return {
    isFailed,
    faces: labels.map((label) => {
      const found = byOverlap.get(label);
      return { label, ...(found && { found }) };
    }),
    detections: {
      extra: faces.length - byOverlap.size,
      ranked: rank(faces, new Set(byConfidence.values())),
    },
  };
}

interface Pair {
  readonly face: FaceRecord;
  readonly label: FaceLabel;
  readonly overlap: number;
}

/** Every pair that may be one face, in the order of the labels, then of the record. */
function overlaps(faces: readonly FaceRecord[], labels: readonly FaceLabel[], least: number): Pair[] {
  return labels.flatMap((label) =>
    faces.flatMap((face) => {
      const overlap = label.box ? iou(boxOf(face), label.box) : 0;
      return overlap >= least ? [{ face, label, overlap }] : [];
    }),
  );
}

/** Takes pairs in the order given, each label and each face once. */
function assign(pairs: readonly Pair[]): Map<FaceLabel, FaceRecord> {
  const assigned = new Map<FaceLabel, FaceRecord>();
  const taken = new Set<FaceRecord>();
  for (const { face, label } of pairs) {
    if (assigned.has(label) || taken.has(face)) continue;
    assigned.set(label, face);
    taken.add(face);
  }
  return assigned;
}

function rank(faces: readonly FaceRecord[], right: ReadonlySet<FaceRecord>): RankedDetection[] {
  return faces.map((face) => ({ confidence: face.confidence, isTrue: right.has(face) }));
}

/** The first of equals, in the order of the record: the most confident. */
function chooseFace(
  faces: readonly FaceRecord[],
  width: number,
  height: number,
  rule: MatchRule,
): FaceRecord | undefined {
  const merit = (face: FaceRecord): number => {
    const { x1, y1, x2, y2 } = boxOf(face);
    return rule === 'largest' ? area(boxOf(face)) : -Math.hypot(x1 + x2 - width, y1 + y2 - height);
  };
  const [first, ...others] = faces;
  return first && others.reduce((best, face) => (merit(face) > merit(best) ? face : best), first);
}

function boxOf({ bbox: [x, y, w, h] }: FaceRecord): BoundingBox {
  return { x1: x, y1: y, x2: x + w, y2: y + h };
}
