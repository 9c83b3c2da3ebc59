import { AGE_GROUPS, type AgeGroup } from '../types.js';
import { countOf } from './count-of.js';
import type { FaceRecord } from './report.js';

/** Who was found, as the nets have it. */
export interface FaceCounts {
  readonly faces: number;
  readonly females: number;
  readonly males: number;
  /** Faces by age group: every group, youngest first. */
  readonly ages: Readonly<Record<AgeGroup, number>>;
}

/** Counts faces as their pictures finish. */
export class FaceTally implements FaceCounts {
  faces = 0;
  females = 0;
  males = 0;
  readonly ages = Object.fromEntries(AGE_GROUPS.map((group) => [group, 0])) as Record<AgeGroup, number>;

  add(faces: readonly FaceRecord[]): void {
    for (const { gender, age } of faces) {
      this.faces += 1;
      if (gender === 'Female') this.females += 1;
      else this.males += 1;
      this.ages[age] += 1;
    }
  }

  addAll({ faces, females, males, ages }: FaceCounts): void {
    this.faces += faces;
    this.females += females;
    this.males += males;
    for (const group of AGE_GROUPS) this.ages[group] += ages[group];
  }

  get counts(): FaceCounts {
    const { faces, females, males, ages } = this;
    return { faces, females, males, ages: { ...ages } };
  }
}

/** `43 faces: 27 female, 16 male; ages 8-12: 3, 25-32: 40`; groups without faces are left out. */
export function formatFaceCounts({ faces, females, males, ages }: FaceCounts): string {
  if (faces === 0) return countOf(faces, 'face');
  const groups = AGE_GROUPS.filter((group) => ages[group] > 0).map(
    (group) => `${group.slice(1, -1)}: ${ages[group]}`,
  );
  return `${countOf(faces, 'face')}: ${females} female, ${males} male; ages ${groups.join(', ')}`;
}
