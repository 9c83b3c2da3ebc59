import { ATTRIBUTE_NAMES, ATTRIBUTES, type AttributeName } from '../core/attributes.js';
import { round, roundValue } from '../core/attributes/kind.js';
import { ageGroup } from '../core/labels.js';
import type { FaceRecord } from '../core/report.js';

/** Of the values at each end that are left out of a mean: single looks at a face that blinks or turns away. */
const TRIMMED = 0.1;

const SHARE_DECIMALS = 4;

/** Shares of votes by the name of a label attribute, and what was voted for. */
type Said = Readonly<Record<string, string | number>>;

/** What a video says of one person, as far as a track is one. */
export interface TrackRecord {
  readonly track: number;
  /** Seconds of source time. */
  readonly first: number;
  readonly last: number;
  /** Sampled frames with the face, and those of them that the nets saw. */
  readonly frames: number;
  readonly analysed: number;
  /** The detector's, of the best look. */
  readonly confidence: number;
  /** Attributes by their names; `genderShare` is the share of looks that said so. */
  readonly said: Said;
}

/** Gathers what is said of a face from look to look. */
export class TrackTally {
  #frames = 0;
  #analysed = 0;
  #last: number;
  #confidence = 0;
  /** Votes by label, by attribute. */
  readonly #votes = new Map<AttributeName, Map<string, number>>();
  readonly #years: number[] = [];

  constructor(
    private readonly id: number,
    private readonly first: number,
  ) {
    this.#last = first;
  }

  /** @param analysed false for a face that was carried over: it is there, and says nothing new. */
  add(time: number, face: FaceRecord, analysed: boolean): void {
    this.#frames += 1;
    this.#last = time;
    if (!analysed) return;
    this.#analysed += 1;
    this.#confidence = Math.max(this.#confidence, face.confidence);
    if (face.ageYears !== undefined) this.#years.push(face.ageYears);
    for (const name of ATTRIBUTE_NAMES) {
      const value = face[name];
      if (ATTRIBUTES[name].kind === 'label' && typeof value === 'string') this.#vote(name, value);
    }
  }

  get record(): TrackRecord {
    return {
      track: this.id,
      first: this.first,
      last: this.#last,
      frames: this.#frames,
      analysed: this.#analysed,
      confidence: this.#confidence,
      said: this.#said(),
    };
  }

  #vote(name: AttributeName, label: string): void {
    const votes = this.#votes.get(name) ?? new Map<string, number>();
    votes.set(label, (votes.get(label) ?? 0) + 1);
    this.#votes.set(name, votes);
  }

  #said(): Said {
    const said: Record<string, string | number> = {};
    const years = this.#years.length === 0 ? undefined : trimmedMean(this.#years);
    for (const name of ATTRIBUTE_NAMES) {
      const votes = this.#votes.get(name);
      const row = ATTRIBUTES[name];
      if (name === 'ageYears' && years !== undefined) said[name] = roundValue(row, years);
      if (votes === undefined || row.kind !== 'label') continue;
      // As for a single face, years say more than groups.
      const label = name === 'age' && years !== undefined ? ageGroup(years) : winner(votes, row.labels);
      said[name] = label;
      said[`${name}Share`] = round((votes.get(label) ?? 0) / this.#analysed, SHARE_DECIMALS);
    }
    return said;
  }
}

/** The label with most votes; of equals the one that stands first in the table. */
function winner(votes: ReadonlyMap<string, number>, labels: readonly string[]): string {
  return labels.reduce((best, label) => ((votes.get(label) ?? 0) > (votes.get(best) ?? 0) ? label : best));
}

/** The mean without the tenth at each end; of less than ten values, the mean. @param values one at least. */
export function trimmedMean(values: readonly number[]): number {
  const cut = Math.floor(values.length * TRIMMED);
  const kept = values.toSorted((a, b) => a - b).slice(cut, values.length - cut);
  return kept.reduce((sum, value) => sum + value, 0) / kept.length;
}
