import { describe, expect, it } from 'vitest';
import { beyondLimits, describeDrift, measureDrift } from '../../../src/convert/quantize/drift.js';
import type { Attributes } from '../../../src/core/attributes.js';
import type { Face } from '../../../src/types.js';

const woman: Attributes = { gender: 'Female', genderConfidence: 0.9, age: '(25-32)', ageYears: 30 };

function face(x: number, over: Partial<Attributes> = {}, confidence = 0.9): Face {
  return { box: { x1: x, y1: 0, x2: x + 100, y2: 100 }, confidence, attributes: { ...woman, ...over } };
}

const faces = Array.from({ length: 100 }, (_, index) => face(index * 200));
/** The faces with some of them changed. */
const changed = (count: number, change: (face: Face) => Face | undefined): Face[] =>
  faces.flatMap((each, index) => (index < count ? (change(each) ?? []) : each));
const drift = (found: readonly Face[], wanted: readonly Face[] = faces) =>
  measureDrift([[wanted, found]], 0.4);

describe('how far answers have moved', () => {
  it('not at all', () => {
    const none = drift(faces);
    expect(none).toMatchObject({ faces: 100, matched: 100, years: 0, genders: { judged: 100, equal: 100 } });
    expect(beyondLimits(none, 'attributes')).toEqual([]);
    expect(describeDrift(none)).toBe('100 of 100 faces alike, gender 100 of 100, age 0.00 years off');
  });

  it.each([
    ['one face lost', changed(1, () => undefined), true],
    ['two faces lost', changed(2, () => undefined), false],
    ['two faces more', [...faces, face(-300), face(-600)], false],
    [
      'two boxes a tenth off',
      changed(2, (each) => ({ ...each, box: { ...each.box, x2: each.box.x2 + 12 } })),
      false,
    ],
    [
      'two boxes hardly off',
      changed(2, (each) => ({ ...each, box: { ...each.box, x2: each.box.x2 + 2 } })),
      true,
    ],
    ['one other gender', changed(1, (each) => face(each.box.x1, { gender: 'Male' })), true],
    ['two other genders', changed(2, (each) => face(each.box.x1, { gender: 'Male' })), false],
  ])('%s', (_, found, kept) => {
    expect(beyondLimits(drift(found), 'detector').length === 0).toBe(kept);
    expect(beyondLimits(drift(found), 'attributes').length === 0).toBe(kept);
  });

  it.each([
    [0.4, true],
    [0.6, false],
    [Number.NaN, false],
  ])('ages %d years off on average', (years, kept) => {
    const moved = drift(faces.map((each) => face(each.box.x1, { ageYears: 30 - years })));
    expect(beyondLimits(moved, 'attributes').length === 0).toBe(kept);
    expect(beyondLimits(moved, 'detector')).toEqual([]);
  });

  it('does not judge what the float nets were not sure of', () => {
    const unsure = faces.map((each) => face(each.box.x1, { genderConfidence: 0.65 }));
    const turned = faces.map((each) => face(each.box.x1, { gender: 'Male' }));
    expect(drift(turned, unsure).genders).toEqual({ judged: 0, equal: 0 });
    const hidden = [...faces, face(-300, {}, 0.42)];
    expect(beyondLimits(drift(faces, hidden), 'detector')).toEqual([]);
  });

  it('tells expressions, and years of packs with groups alone', () => {
    const shown = { expression: 'happy', expressionConfidence: 0.9 } as const;
    const happy = faces.map((each) => face(each.box.x1, shown));
    const sad = faces.map((each) => face(each.box.x1, { ...shown, expression: 'sad' }));
    expect(beyondLimits(drift(sad, happy), 'attributes')).toEqual([
      '0 of 100 expressions (0 %), not 99 % at least',
    ]);
    const { gender, genderConfidence, age } = woman;
    const grouped = (group: number): Face => ({
      ...face(0),
      attributes: {
        gender,
        genderConfidence,
        age,
        ageDistribution: [0, 0, 0, 0, 0, 0, 0, 0].map((__, at) => Number(at === group)),
      },
    });
    expect(drift([grouped(5)], [grouped(4)]).years).toBe(12);
  });
});
