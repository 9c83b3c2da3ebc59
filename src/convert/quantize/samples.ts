import { createHash } from 'node:crypto';
import type { BuiltPack } from '../../nets/build.js';
import type { Face } from '../../types.js';

/** How a picture is looked at: as it is, or changed so that few pictures tell more. */
export const VARIANTS = ['plain', 'mirrored', 'darker', 'lighter', 'smaller'] as const;
export type Variant = (typeof VARIANTS)[number];

/** A picture to measure with. */
export interface Sample {
  /** Absolute. */
  readonly path: string;
  /** Below the folder, or as it was listed: it decides what the picture is for. */
  readonly name: string;
  readonly variant: Variant;
}

/** Takes a picture through a pack, as a run does; undefined when it cannot be read. */
export type Look = (sample: Sample, pack: BuiltPack) => Promise<readonly Face[] | undefined>;

export interface SplitSamples {
  /** What scales are chosen by. */
  readonly calibration: readonly Sample[];
  /** What the result is judged by. */
  readonly heldOut: readonly Sample[];
}

/** Half of the pictures, by their names alone, so that the same pictures are always split alike. */
export function splitSamples(samples: readonly Sample[]): SplitSamples {
  const names = [...new Set(samples.map(({ name }) => name))];
  const ordered = names.toSorted((a, b) => (hash(a) < hash(b) ? -1 : 1));
  const calibrating = new Set(ordered.slice(0, Math.ceil(ordered.length / 2)));
  const isCalibrating = ({ name }: Sample): boolean => calibrating.has(name);
  return {
    calibration: samples.filter(isCalibrating),
    heldOut: samples.filter((sample) => !isCalibrating(sample)),
  };
}

/** As many as may be, spread evenly over the names' hashes. */
export function atMost(names: readonly string[], count: number): string[] {
  return names
    .toSorted((a, b) => (hash(a) < hash(b) ? -1 : 1))
    .slice(0, count)
    .sort();
}

function hash(name: string): string {
  return createHash('sha256').update(name).digest('hex');
}
