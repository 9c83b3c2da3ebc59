import type { Estimates } from './attributes.js';
import { AGE_CUTS } from './labels.js';

/** What makes a pack's probabilities true. What is absent is left as the nets give it. */
export interface Calibration {
  /** Over 1 makes gender less sure, under 1 surer. */
  readonly genderTemperature?: number | undefined;
  /** Standard deviation of the true age about the years that nets give, in years: `base + perYear * years`. */
  readonly yearsSpread?: { readonly base: number; readonly perYear: number } | undefined;
}

/** Estimates with probabilities that mean what they say. Nets that tell age groups apart keep their own. */
export function calibrate(estimates: Estimates, { genderTemperature, yearsSpread }: Calibration): Estimates {
  const { male, years, ageDistribution } = estimates;
  return {
    ...estimates,
    ...(male !== undefined && genderTemperature !== undefined && { male: temper(male, genderTemperature) }),
    ...(years !== undefined &&
      yearsSpread !== undefined &&
      ageDistribution === undefined && {
        ageDistribution: groupProbabilities(
          years,
          yearsSpread.base + yearsSpread.perYear * Math.max(0, years),
        ),
      }),
  };
}

/**
 * A probability after temperature scaling (Guo et al. 2017): sigmoid(logit(p) / temperature). What is more probable
 * stays so.
 * @param probability 0..1; 0 and 1 stay what they are.
 */
export function temper(probability: number, temperature: number): number {
  const logit = Math.log(probability) - Math.log1p(-probability);
  return 1 / (1 + Math.exp(-logit / temperature));
}

/**
 * The probability of each age group when the age is normally distributed.
 * @param years its mean.
 * @param deviation its standard deviation, above 0.
 * @returns eight probabilities that add up to 1: ages below 0 and over 100 count in the first and last group.
 */
export function groupProbabilities(years: number, deviation: number): number[] {
  const below = [0, ...AGE_CUTS.map((cut) => normalBelow((cut - years) / deviation)), 1];
  return below.slice(1).map((upTo, group) => upTo - (below[group] ?? 0));
}

/**
 * The standard normal distribution function, right to 1.5e-7 (Abramowitz and Stegun 7.1.26).
 * @param z in standard deviations.
 */
function normalBelow(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const series = [0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429];
  const tail = series.reduceRight((sum, factor) => (sum + factor) * t, 0) * Math.exp(-x * x);
  return z < 0 ? tail / 2 : 1 - tail / 2;
}
