import { describe, expect, it } from 'vitest';
import { calibrate, groupProbabilities, temper } from '../../src/core/calibration.js';

describe('temper', () => {
  it.each([
    [0.5, 0.57, 0.5],
    [0.8, 1, 0.8],
    // logit(0.8) = ln 4, and twice that is the logit of 16/17.
    [0.8, 0.5, 16 / 17],
    // Half of ln 4 is ln 2.
    [0.8, 2, 2 / 3],
    [0, 0.85, 0],
    [1, 0.85, 1],
  ])('%d at a temperature of %d', (probability, temperature, wanted) => {
    expect(temper(probability, temperature)).toBeCloseTo(wanted, 12);
  });
});

describe('groupProbabilities', () => {
  // Values of the normal distribution function, from tables: 0.6914625 at half a deviation, 0.8413447 at one.
  it('are the areas between the cut points', () => {
    const found = groupProbabilities(22.5, 12.5);
    expect(found).toHaveLength(8);
    expect(found.slice(4).reduce((sum, value) => sum + value)).toBeCloseTo(0.5, 6);
    expect(found[4]).toBeCloseTo(0.8413447 - 0.5, 6);
    expect(groupProbabilities(7, 8)[2]! + groupProbabilities(7, 8)[3]!).toBeCloseTo(0.9737 - 0.5, 4);
  });

  it.each([-3, 0, 1, 30, 99, 150])('add up to 1 at %d years', (years) => {
    const found = groupProbabilities(years, 5);
    expect(found.reduce((sum, value) => sum + value)).toBeCloseTo(1, 12);
    expect(found.every((value) => value >= 0 && value <= 1)).toBe(true);
  });
});

describe('calibrate', () => {
  const calibration = { genderTemperature: 0.5, yearsSpread: { base: 1, perYear: 0.1 } };

  it('gives a distribution where nets give years', () => {
    const { male, years, ageDistribution } = calibrate({ male: 0.8, years: 30 }, calibration);
    expect(male).toBeCloseTo(16 / 17, 12);
    expect(years).toBe(30);
    expect(ageDistribution).toEqual(groupProbabilities(30, 4));
  });

  it("keeps a net's own distribution", () => {
    const own = [1, 0, 0, 0, 0, 0, 0, 0];
    expect(calibrate({ years: 30, ageDistribution: own }, calibration).ageDistribution).toBe(own);
  });

  it('has a spread above 0 below birth', () => {
    expect(calibrate({ years: -20 }, calibration).ageDistribution![0]).toBeCloseTo(1, 12);
  });

  it('leaves everything as it is without numbers', () => {
    expect(calibrate({ male: 0.8, years: 30 }, {})).toEqual({ male: 0.8, years: 30 });
  });
});
