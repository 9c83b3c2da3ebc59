import { describe, expect, it } from 'vitest';
import { ATTRIBUTES, ATTRIBUTE_NAMES, type Estimates } from '../../src/core/attributes.js';
import { isValue, roundValue } from '../../src/core/attributes/kind.js';
import { WIDE_CSV } from '../../src/core/csv.js';
import { combineEstimates, toAttributes, type CombineRules } from '../../src/core/estimates.js';
import { FACE_NAMES } from '../../src/core/expression/names.js';
import { presentFaces } from '../../src/core/report.js';
import { face } from '../records.js';

describe('the table of attributes', () => {
  it('gives every label and number a column and a name in expressions, in its order', () => {
    const names = ATTRIBUTE_NAMES.filter((name) => ATTRIBUTES[name].kind !== 'distribution');
    expect(WIDE_CSV.header).toContain(`,${names.join(',')},`);
    expect([...FACE_NAMES.keys()].slice(0, names.length)).toEqual(names);
  });

  it('gives a distribution neither', () => {
    expect(WIDE_CSV.header).not.toContain('ageDistribution');
    expect(FACE_NAMES.has('ageDistribution')).toBe(false);
  });
});

const groups = [0.01, 0.02, 0.03, 0.04, 0.5, 0.2, 0.1, 0.1];

describe('toAttributes', () => {
  it.each<[string, Estimates, object]>([
    [
      'years',
      { male: 0.2, years: 34.96 },
      { gender: 'Female', genderConfidence: 0.8, age: '(25-32)', ageYears: 34.96 },
    ],
    [
      'groups',
      { male: 0.7, ageDistribution: groups },
      {
        gender: 'Male',
        genderConfidence: 0.7,
        age: '(25-32)',
        ageConfidence: 0.5,
        ageDistribution: groups,
      },
    ],
    [
      'both: years decide, and the group that they are in has its probability',
      { male: 0.5, years: 40, ageDistribution: groups },
      {
        gender: 'Male',
        genderConfidence: 0.5,
        age: '(38-43)',
        ageConfidence: 0.2,
        ageYears: 40,
        ageDistribution: groups,
      },
    ],
    [
      'expressions',
      {
        male: 0.2,
        years: 34.96,
        quality: 0.5,
        expressionDistribution: [0.1, 0.2, 0.05, 0.05, 0.5, 0.05, 0.05],
      },
      {
        gender: 'Female',
        genderConfidence: 0.8,
        age: '(25-32)',
        ageYears: 34.96,
        quality: 0.5,
        expression: 'fearful',
        expressionConfidence: 0.5,
      },
    ],
  ])('from %s', (_, estimates, attributes) => {
    expect(toAttributes(estimates)).toEqual(attributes);
    expect(Object.keys(toAttributes(estimates))).toEqual(Object.keys(attributes));
  });

  it.each<[Estimates, string]>([
    [{ years: 30 }, 'The nets gave no gender'],
    [{ male: 0.5 }, 'The nets gave no age'],
    [{ male: NaN, years: 30 }, 'The nets gave NaN for male'],
    [{ male: 0.5, years: Infinity }, 'The nets gave Infinity for years'],
    [{ male: 0.5, years: 30, expressionDistribution: [NaN, 1, 0, 0, 0, 0, 0] }, 'for expressionDistribution'],
    [{ male: 0.5, ageDistribution: [NaN, 0, 0, 0, 0, 0, 0, 1] }, 'for ageDistribution'],
  ])('refuses %j', (estimates, message) => {
    expect(() => toAttributes(estimates)).toThrow(message);
  });
});

describe('combineEstimates', () => {
  const rules: CombineRules = {
    male: { rule: 'weighted-mean', weights: [1, 1] },
    years: { rule: 'weighted-mean', weights: [7, 3] },
    ageDistribution: { rule: 'weighted-mean', weights: [0.25, 0.75] },
  };

  it('takes what one net gives as it is', () => {
    const estimates = { male: 0.123456789, years: 34.56789 };
    expect(combineEstimates([estimates], {})).toEqual(estimates);
    expect(combineEstimates([{ male: 0.1 }, { ageDistribution: groups }], {})).toEqual({
      male: 0.1,
      ageDistribution: groups,
    });
  });

  it('takes the weighted mean of what two give', () => {
    const combined = combineEstimates(
      [
        { male: 0.2, years: 40 },
        { male: 0.9, years: 20 },
      ],
      rules,
    );
    expect(combined.male).toBeCloseTo(0.55, 12);
    expect(combined.years).toBeCloseTo(34, 12);
    // The group is that of the combined years, not a vote of two groups.
    expect(toAttributes(combined)).toMatchObject({ gender: 'Male', age: '(25-32)' });
  });

  it('does so with each share of a distribution', () => {
    const [a, b] = [Array<number>(8).fill(0), Array<number>(8).fill(0)];
    [a[0], b[1]] = [1, 1];
    const combined = combineEstimates([{ ageDistribution: a }, { ageDistribution: b }], rules);
    expect(combined.ageDistribution).toEqual([0.25, 0.75, 0, 0, 0, 0, 0, 0]);
  });

  it('weighs only the nets that give an estimate', () => {
    const given = [{ male: 0.2, years: 30 }, { years: 20 }, { male: 0.4 }];
    const combined = combineEstimates(given, { ...rules, years: { rule: 'weighted-mean', weights: [1, 4] } });
    expect(combined.male).toBeCloseTo(0.3, 12);
    expect(combined.years).toBeCloseTo(22, 12);
  });

  it('refuses what no rule says how to combine', () => {
    expect(() => combineEstimates([{ years: 3 }, { years: 4 }], {})).toThrow('the 2 estimates of years');
    expect(() => combineEstimates([{ years: 3 }, { years: 4 }, { years: 5 }], rules)).toThrow(RangeError);
  });
});

describe('what is presented', () => {
  it.each([
    [-3.2, 0],
    [-0.04, 0],
    [34.96, 35],
    [212, 150],
  ])('has years within its range: %d → %d', (years, shown) => {
    const attributes = toAttributes({ male: 0.5, years });
    const [presented] = presentFaces([face({ attributes })], 100, 100);
    expect(presented!.attributes.ageYears).toBe(shown);
    expect(isValue(ATTRIBUTES.ageYears, shown)).toBe(true);
  });

  it('is a probability even where a softmax of 32 bits adds up to more', () => {
    expect(roundValue(ATTRIBUTES.genderConfidence, 1.0000001)).toBe(1);
    expect(roundValue(ATTRIBUTES.ageDistribution, [1.0000001, -1e-9])).toEqual([1, 0]);
  });
});
