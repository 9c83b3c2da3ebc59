import { iou } from '../../core/box.js';
import { percent } from '../../core/percent.js';
import type { Face } from '../../types.js';

/** How far the answers of int8 nets are from those of the float nets, over the faces of some pictures. */
export interface Drift {
  /** That either found and that count. */
  readonly faces: number;
  /** That both found in the same place. */
  readonly matched: number;
  /** Of the matched ones: whose gender float tells with some confidence, and those with the same one. */
  readonly genders: Agreement;
  readonly expressions: Agreement;
  /** Years that ages of matched faces are apart, on average; 0 without any. */
  readonly years: number;
}

export interface Agreement {
  readonly judged: number;
  readonly equal: number;
}

/** What a net may cost and still be used. */
const LIMITS = { matched: 0.99, equal: 0.99, years: 0.5 } as const;

/** Boxes that overlap by so much are the same answer. */
const SAME_BOX = 0.9;

/** A label below this may turn: the float net does not know either. */
const SURE = 0.7;

/** A face that one finds this close above the threshold, the other may miss. */
const CLOSE_CALL = 0.05;

/** The middle of each age group in years, where a pack gives nothing but groups. */
const GROUP_YEARS = [1, 5, 10, 17.5, 28.5, 40.5, 50.5, 70] as const;

/**
 * Holds the faces that int8 nets found against those of the float nets.
 *
 * @param pairs of pictures: what float found and what int8 found.
 * @param minConfidence of the detector.
 */
export function measureDrift(
  pairs: readonly (readonly [readonly Face[], readonly Face[]])[],
  minConfidence: number,
): Drift {
  const sum = {
    faces: 0,
    matched: 0,
    years: 0,
    genders: { judged: 0, equal: 0 },
    expressions: { judged: 0, equal: 0 },
  };
  for (const [wanted, found] of pairs) {
    const left = new Set(found);
    for (const face of wanted) {
      const other = closest(face, left);
      if (other) {
        left.delete(other);
        sum.matched += 1;
        sum.years += Math.abs(yearsOf(face) - yearsOf(other));
        compare(
          sum.genders,
          face.attributes.genderConfidence,
          face.attributes.gender,
          other.attributes.gender,
        );
        const { expression, expressionConfidence = 0 } = face.attributes;
        compare(sum.expressions, expressionConfidence, expression, other.attributes.expression);
      }
      if (other || isPlain(face, minConfidence)) sum.faces += 1;
    }
    sum.faces += [...left].filter((face) => isPlain(face, minConfidence)).length;
  }
  return { ...sum, years: sum.matched === 0 ? 0 : sum.years / sum.matched };
}

function closest({ box }: Face, others: ReadonlySet<Face>): Face | undefined {
  const overlaps = [...others].map((face) => ({ face, overlap: iou(box, face.box) }));
  return overlaps
    .filter(({ overlap }) => overlap >= SAME_BOX)
    .toSorted((a, b) => b.overlap - a.overlap)
    .at(0)?.face;
}

function isPlain({ confidence }: Face, minConfidence: number): boolean {
  return confidence >= minConfidence + CLOSE_CALL;
}

function compare(
  sum: { judged: number; equal: number },
  confidence: number,
  wanted: string | undefined,
  found: string | undefined,
): void {
  if (confidence <= SURE) return;
  sum.judged += 1;
  if (wanted === found) sum.equal += 1;
}

function yearsOf({ attributes: { ageYears, ageDistribution = [] } }: Face): number {
  return (
    ageYears ?? ageDistribution.reduce((sum, share, group) => sum + share * (GROUP_YEARS[group] ?? 0), 0)
  );
}

/**
 * What of a drift is beyond the limits, each in words; empty where the nets may be used.
 *
 * @param kind of the nets in int8. A detector is judged by its boxes, and genders: boxes that are a pixel off, which are as
 * right as the others, turn what float nets say of age and expression by more than int8 does.
 */
export function beyondLimits(drift: Drift, kind: 'detector' | 'attributes'): string[] {
  const { faces, matched, genders, expressions, years } = drift;
  const found = [
    ...short('faces found alike', matched, faces, LIMITS.matched),
    ...short('genders', genders.equal, genders.judged, LIMITS.equal),
  ];
  if (kind === 'detector') return found;
  return [
    ...found,
    ...short('expressions', expressions.equal, expressions.judged, LIMITS.equal),
    // What is no number is no small one.
    ...(years <= LIMITS.years ? [] : [`ages are ${years.toFixed(2)} years off, not ${LIMITS.years} at most`]),
  ];
}

function short(what: string, equal: number, judged: number, least: number): string[] {
  if (judged === 0 || equal / judged >= least) return [];
  return [`${equal} of ${judged} ${what} (${percent(equal / judged)}), not ${percent(least)} at least`];
}

/** A drift in one line. */
export function describeDrift({ faces, matched, genders, expressions, years }: Drift): string {
  const parts = [
    `${matched} of ${faces} faces alike`,
    `gender ${genders.equal} of ${genders.judged}`,
    `age ${years.toFixed(2)} years off`,
    ...(expressions.judged > 0 ? [`expression ${expressions.equal} of ${expressions.judged}`] : []),
  ];
  return parts.join(', ');
}
