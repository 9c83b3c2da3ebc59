import {
  AGE_GROUPS,
  EXPRESSIONS,
  GENDERS,
  type AgeGroup,
  type Expression,
  type Gender,
  type Prediction,
} from '../types.js';
import type { KindOf } from './attributes/kind.js';
import { countOf } from './count-of.js';
import { ageGroup, mostProbable } from './labels.js';
import { percent } from './percent.js';

/** What nets estimate of one face, in a form that can be averaged over nets. What no net of a pack gives is absent. */
export interface Estimates {
  /** Probability of `Male`, 0..1. */
  readonly male?: number;
  /** Age in years. */
  readonly years?: number;
  /** Probabilities of the eight age groups, in order. */
  readonly ageDistribution?: readonly number[];
  /** How much of the face can be seen, 0..1: measured on the pixels, no net's opinion. */
  readonly quality?: number;
  /** Probabilities of the seven expressions, in order. */
  readonly expressionDistribution?: readonly number[];
}

export type EstimateName = keyof Estimates;

/** Each of them: an estimate that is missing here does not compile. */
const EACH_ESTIMATE: Readonly<Record<EstimateName, true>> = {
  male: true,
  years: true,
  ageDistribution: true,
  quality: true,
  expressionDistribution: true,
};

export const ESTIMATE_NAMES = Object.keys(EACH_ESTIMATE) as readonly EstimateName[];

/** What is said of one face, under the names that records, tables and expressions use. What a pack cannot give is absent. */
export interface Attributes {
  readonly gender: Gender;
  /** Probability of `gender`. */
  readonly genderConfidence: number;
  readonly age: AgeGroup;
  /** Probability of `age`; only where nets tell groups apart. */
  readonly ageConfidence?: number;
  /** Only where nets give years. */
  readonly ageYears?: number;
  /** Probabilities of the eight groups in order; only where nets tell groups apart. */
  readonly ageDistribution?: readonly number[];
  /** 0..1; under 0.25 the face is too small or too blurred for the rest to mean much. */
  readonly quality?: number;
  /** What the face shows, which need not be what the person feels; only where the run was asked for it. */
  readonly expression?: Expression;
  /** Probability of `expression`. */
  readonly expressionConfidence?: number;
}

export type AttributeName = keyof Attributes;

/** Everything that the program knows of one attribute. */
type Attribute<V> = KindOf<V> & {
  /** False for what some packs cannot give. */
  readonly required: boolean;
  /** True for what only a run gives that was asked for it: a table has a column for it only where a face in it has it. */
  readonly asked?: boolean;
  readonly from: (estimates: Estimates) => V | undefined;
  /** How people read it. Absent where it is part of another attribute's text. */
  readonly text?: (face: Attributes) => string | undefined;
};

/** From 0 to 1, four decimals. */
const PROBABILITY = { kind: 'number', min: 0, max: 1, decimals: 4 } as const;

/**
 * One row per attribute, in the order of records and tables. Records hold them all; labels and numbers are also columns
 * of `faces.csv` and names in expressions.
 */
export const ATTRIBUTES: { readonly [N in AttributeName]-?: Attribute<Required<Attributes>[N]> } = {
  gender: {
    kind: 'label',
    labels: GENDERS,
    required: true,
    from: ({ male }) => (male === undefined ? undefined : male >= 0.5 ? 'Male' : 'Female'),
    text: ({ gender, genderConfidence }) => `${gender} ${percent(genderConfidence)}`,
  },
  genderConfidence: {
    ...PROBABILITY,
    required: true,
    from: ({ male }) => (male === undefined ? undefined : Math.max(male, 1 - male)),
  },
  age: {
    kind: 'label',
    labels: AGE_GROUPS,
    required: true,
    from: groupOf,
    // Not both: "(25-32) 34.8 years" reads as a contradiction.
    text: ({ age, ageYears }) => (ageYears === undefined ? age : countOf(Math.round(ageYears), 'year')),
  },
  ageConfidence: {
    ...PROBABILITY,
    required: false,
    from: (estimates) => {
      const group = groupOf(estimates);
      return group && estimates.ageDistribution?.[AGE_GROUPS.indexOf(group)];
    },
  },
  ageYears: {
    kind: 'number',
    min: 0,
    max: 150,
    decimals: 1,
    required: false,
    from: ({ years }) => years,
  },
  ageDistribution: {
    kind: 'distribution',
    length: AGE_GROUPS.length,
    decimals: 4,
    required: false,
    from: ({ ageDistribution }) => ageDistribution,
  },
  quality: {
    ...PROBABILITY,
    required: false,
    from: ({ quality }) => quality,
  },
  expression: {
    kind: 'label',
    labels: EXPRESSIONS,
    required: false,
    asked: true,
    from: (estimates) => shownBy(estimates)?.label,
    text: ({ expression, expressionConfidence }) =>
      expression === undefined || expressionConfidence === undefined
        ? expression
        : `${expression} ${percent(expressionConfidence)}`,
  },
  expressionConfidence: {
    ...PROBABILITY,
    required: false,
    asked: true,
    from: (estimates) => shownBy(estimates)?.confidence,
  },
};

export const ATTRIBUTE_NAMES = Object.keys(ATTRIBUTES) as AttributeName[];

/** Attributes that a face may have because the run was asked for them. */
export const ASKED_NAMES = ATTRIBUTE_NAMES.filter(isAsked);

export function isAsked(name: AttributeName): boolean {
  return ATTRIBUTES[name].asked === true;
}

/** Whether a face has what only a run gives that was asked for it. */
export function hasAsked(face: Attributes): boolean {
  return ASKED_NAMES.some((name) => face[name] !== undefined);
}

/** Years decide where there are any: they say more than a group. */
function groupOf({ years, ageDistribution }: Estimates): AgeGroup | undefined {
  if (years !== undefined) return ageGroup(years);
  return ageDistribution && mostProbable(AGE_GROUPS, ageDistribution).label;
}

function shownBy({ expressionDistribution }: Estimates): Prediction<Expression> | undefined {
  return expressionDistribution && mostProbable(EXPRESSIONS, expressionDistribution);
}
