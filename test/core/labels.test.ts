import { describe, expect, it } from 'vitest';
import { ageGroup, mostProbable } from '../../src/core/labels.js';

describe('ageGroup', () => {
  it.each([
    [-1, '(0-2)'],
    [0, '(0-2)'],
    [2.99, '(0-2)'],
    [3, '(4-6)'],
    [6.9, '(4-6)'],
    [7, '(8-12)'],
    [13.4, '(8-12)'],
    [13.5, '(15-20)'],
    [22.4, '(15-20)'],
    [22.5, '(25-32)'],
    [34.9, '(25-32)'],
    [35, '(38-43)'],
    [45.4, '(38-43)'],
    [45.5, '(48-53)'],
    [56.4, '(48-53)'],
    [56.5, '(60-100)'],
    [130, '(60-100)'],
  ])('of %d years is %s', (years, group) => {
    expect(ageGroup(years)).toBe(group);
  });
});

describe('mostProbable', () => {
  it.each([
    ['the first', [0.6, 0.3, 0.1], 'a', 0.6],
    ['the last', [0.1, 0.3, 0.6], 'c', 0.6],
    ['the first of equals', [0.2, 0.4, 0.4], 'b', 0.4],
    ['values below zero too', [-3, -1, -2], 'b', -1],
  ])('finds %s', (_, probabilities, label, confidence) => {
    expect(mostProbable(['a', 'b', 'c'], Float64Array.from(probabilities))).toEqual({ label, confidence });
  });

  it.each([[[0.5, 0.5]], [[0.1, 0.2, 0.3, 0.4]]])('refuses %j for three labels', (probabilities) => {
    expect(() => mostProbable(['a', 'b', 'c'], probabilities)).toThrow(RangeError);
  });

  it('refuses no labels', () => {
    expect(() => mostProbable([], [])).toThrow(RangeError);
  });
});
