import {
  ATTRIBUTES,
  ATTRIBUTE_NAMES,
  ESTIMATE_NAMES,
  type Attributes,
  type EstimateName,
  type Estimates,
} from './attributes.js';

/** How estimates of several nets become one. */
export interface CombineRule {
  readonly rule: 'weighted-mean';
  /** One for each net that gives the estimate, in the order of the nets; they need not add up to 1. */
  readonly weights: readonly number[];
}

export type CombineRules = Readonly<Partial<Record<EstimateName, CombineRule | undefined>>>;

/**
 * Makes one of what several nets say of a face: what one net gives is taken as it is.
 *
 * @param given what each net says, in the order of the nets.
 * @throws {RangeError} when there is no rule for what several nets give.
 */
export function combineEstimates(given: readonly Estimates[], rules: CombineRules): Estimates {
  const combined: Partial<Record<EstimateName, number | readonly number[]>> = {};
  for (const name of ESTIMATE_NAMES) {
    const values = given.flatMap((estimates) => {
      const value = estimates[name];
      return value === undefined ? [] : [value];
    });
    const [first, ...others] = values;
    if (first === undefined) continue;
    combined[name] = others.length === 0 ? first : combine(name, values, rules[name]);
  }
  return combined as Estimates;
}

/**
 * The plain mean of several looks of one net at a face.
 * @throws {RangeError} when a look lacks what another gives.
 */
export function meanEstimates(looks: readonly Estimates[]): Estimates {
  const equal: CombineRule = { rule: 'weighted-mean', weights: looks.map(() => 1) };
  const rules = Object.fromEntries(ESTIMATE_NAMES.map((name) => [name, equal]));
  const mean = combineEstimates(looks, rules);
  for (const look of looks) {
    const lacking = ESTIMATE_NAMES.find((name) => mean[name] !== undefined && look[name] === undefined);
    if (lacking !== undefined) throw new RangeError(`A look at a face gave no ${lacking}`);
  }
  return mean;
}

function combine(
  name: EstimateName,
  values: readonly (number | readonly number[])[],
  rule: CombineRule | undefined,
): number | number[] {
  if (rule?.weights.length !== values.length) {
    throw new RangeError(`No rule combines the ${values.length} estimates of ${name}`);
  }
  const [first] = values;
  if (typeof first === 'number') return weightedMean(values.map(Number), rule.weights);
  const lists = values.filter((value) => typeof value !== 'number');
  return (first ?? []).map((_, index) =>
    weightedMean(
      lists.map((list) => list[index] ?? Number.NaN),
      rule.weights,
    ),
  );
}

function weightedMean(values: readonly number[], weights: readonly number[]): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return values.reduce((sum, value, index) => sum + value * (weights[index] ?? Number.NaN), 0) / total;
}

/**
 * What is said of a face, from everything that was estimated of it. Not rounded yet.
 *
 * @throws {Error} when a net gave what is no finite number, or nothing for an attribute that every face has.
 */
export function toAttributes(estimates: Estimates): Attributes {
  for (const name of ESTIMATE_NAMES) {
    const values = [estimates[name] ?? []].flat();
    if (!values.every(Number.isFinite)) throw new Error(`The nets gave ${values.join(' ')} for ${name}`);
  }
  const attributes: Partial<Record<string, unknown>> = {};
  for (const name of ATTRIBUTE_NAMES) {
    const { from, required } = ATTRIBUTES[name];
    const value = from(estimates);
    if (value !== undefined) attributes[name] = value;
    else if (required) throw new Error(`The nets gave no ${name}`);
  }
  return attributes as unknown as Attributes;
}
