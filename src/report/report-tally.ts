import { ATTRIBUTES, ATTRIBUTE_NAMES, type AttributeName } from '../core/attributes.js';
import type { FaceRecord, PictureRecord } from '../core/report.js';
import { toRunRecord } from '../core/run-key.js';
import type { FailureCode, Gender, RunKey } from '../types.js';

/** Bars of the histogram of confidence: each covers a twentieth. */
export const CONFIDENCE_BINS = 20;

/** A run that made some of the records. */
export interface CountedRun extends RunKey {
  readonly pictures: number;
}

/** Counts records as they come, for the totals and charts of a report. */
export class ReportTally {
  pictures = 0;
  faces = 0;
  faceless = 0;
  failed = 0;
  warned = 0;
  readonly failures = new Map<FailureCode, number>();
  /** Faces of each bar; the last includes 1. */
  readonly confidence = Array.from({ length: CONFIDENCE_BINS }, () => 0);
  readonly #labels = new Map<AttributeName, Map<string, number>>();
  readonly #ages = new Map<string, number>();
  readonly #runs = new Map<string, { readonly index: number; readonly key: RunKey; pictures: number }>();

  /** @returns the index of the record's run. */
  add({ faces, error, warnings, run }: PictureRecord): number {
    this.pictures += 1;
    if (error) {
      this.failed += 1;
      increment(this.failures, error.code);
    } else if (faces.length === 0) this.faceless += 1;
    if (warnings) this.warned += 1;
    for (const face of faces) this.#addFace(face);
    return this.#countRun(run);
  }

  #addFace(face: FaceRecord): void {
    this.faces += 1;
    const bin = Math.min(CONFIDENCE_BINS - 1, Math.floor(face.confidence * CONFIDENCE_BINS));
    this.confidence[bin] = (this.confidence[bin] ?? 0) + 1;
    for (const name of ATTRIBUTE_NAMES) {
      const value = face[name];
      if (ATTRIBUTES[name].kind !== 'label' || typeof value !== 'string') continue;
      const counts = this.#labels.get(name) ?? new Map<string, number>();
      this.#labels.set(name, increment(counts, value));
    }
    increment(this.#ages, `${face.gender} ${face.age}`);
  }

  #countRun(key: RunKey): number {
    const id = JSON.stringify(toRunRecord(key));
    const run = this.#runs.get(id) ?? { index: this.#runs.size, key, pictures: 0 };
    run.pictures += 1;
    this.#runs.set(id, run);
    return run.index;
  }

  /** In the order of the indices that `add` gave. */
  get runs(): CountedRun[] {
    return [...this.#runs.values()].map(({ key, pictures }) => ({ ...key, pictures }));
  }

  /** Faces by the labels of an attribute: every label, in the table's order. Undefined where no face has any. */
  labels(name: AttributeName): { readonly label: string; readonly count: number }[] | undefined {
    const counts = this.#labels.get(name);
    const row = ATTRIBUTES[name];
    if (!counts || row.kind !== 'label') return undefined;
    return row.labels.map((label) => ({ label, count: counts.get(label) ?? 0 }));
  }

  ages(gender: Gender, age: string): number {
    return this.#ages.get(`${gender} ${age}`) ?? 0;
  }
}

function increment<K>(counts: Map<K, number>, key: K): Map<K, number> {
  return counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** Attributes whose values are words out of a closed set. */
export const LABEL_NAMES = ATTRIBUTE_NAMES.filter((name) => ATTRIBUTES[name].kind === 'label');

/** `genderConfidence` as people read it: `Gender confidence`. */
export function wordsOf(name: string): string {
  const words = name.replace(/[A-Z]/g, (capital) => ` ${capital.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** `(25-32)` as people read it: `25-32`. */
export function wordOf(label: string): string {
  return label.replace(/^\((.*)\)$/, '$1');
}
