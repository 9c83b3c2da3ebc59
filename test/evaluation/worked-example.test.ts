import { describe, expect, it } from 'vitest';
import { evaluate } from '../../src/evaluation/evaluate.js';
import type { Expression } from '../../src/types.js';
import { expressive, face, failedRecord, okRecord } from '../records.js';
import { labelsOf, recordOf } from './made-records.js';

/**
 * Every expected number is worked out by hand:
 *
 * | label                  | face                          |
 * | ---------------------- | ----------------------------- |
 * | a.jpg M 30             | found, Male .9, 33 years      |
 * | a.jpg F 40             | found, Male .6, 41 years      |
 * |                        | a.jpg has an extra one        |
 * | b.jpg F 5              | found, Female .7, 12 years    |
 * | c.jpg M 70             | missed                        |
 * | d.jpg F 20             | missed: the picture is failed |
 * | e.jpg has no face      | an extra one                  |
 */
const records = [
  recordOf(
    'a.jpg',
    { bbox: [0, 0, 100, 100], confidence: 0.9, gender: 'Male', genderConfidence: 0.9, years: 33 },
    { bbox: [200, 0, 100, 100], confidence: 0.8, gender: 'Male', genderConfidence: 0.6, years: 41 },
    { bbox: [400, 0, 50, 50], confidence: 0.7 },
  ),
  // Half of the labelled box: an IoU of exactly 0.5.
  recordOf('b.jpg', {
    bbox: [100, 100, 100, 50],
    confidence: 0.6,
    gender: 'Female',
    genderConfidence: 0.7,
    years: 12,
  }),
  recordOf('c.jpg'),
  failedRecord('d.jpg', 'TRUNCATED'),
  recordOf('e.jpg', { bbox: [10, 10, 50, 50], confidence: 0.5 }),
  recordOf('unlabelled.jpg', { bbox: [10, 10, 50, 50], confidence: 0.5 }),
];

const lines = [
  'image,gender,age,x,y,w,h,camera',
  'a.jpg,M,30,0,0,100,100,one',
  'a.jpg,F,40,200,0,100,100,one',
  'b.jpg,F,5,100,100,100,100,two',
  'c.jpg,M,70,0,0,50,50,two',
  'd.jpg,F,20,0,0,50,50,',
  'e.jpg,,,,,,,',
  'gone.jpg,F,20,0,0,50,50,one',
];

const report = await evaluate(records, await labelsOf(lines, ['camera']), {
  iou: 0.5,
  match: 'central',
  by: ['camera'],
  minGroup: 1,
});

describe('a worked example', () => {
  it('counts what was labelled', () => {
    expect(report.labels).toMatchObject({ faces: 5, bad: [], duplicates: [], withoutRecord: ['gone.jpg'] });
    expect(report.pictures).toEqual({ labelled: 5, failed: 1 });
    expect(report.runs).toHaveLength(1);
  });

  it('finds 3 of 5, with 2 extra in 5 pictures', () => {
    const { found } = report.overall;
    expect(found).toMatchObject({ count: 3, of: 5, share: 0.6 });
    // Wilson's interval of 3 in 5, as statistical tables have it.
    expect(found?.low).toBeCloseTo(0.2307, 4);
    expect(found?.high).toBeCloseTo(0.8824, 4);
    expect(report.detection).toMatchObject({
      pictures: 5,
      extra: 2,
      extraPerPicture: 0.4,
      precision: { count: 3, of: 5 },
    });
    // By confidence: right, right, extra, right, extra. Precision 1 up to recall 0.4, then 3/4 up to 0.6.
    expect(report.detection?.averagePrecision).toBeCloseTo(0.4 * 1 + 0.2 * 0.75, 12);
  });

  it('judges the gender of the 3', () => {
    const { gender } = report.overall;
    expect(gender).toMatchObject({
      accuracy: { count: 2, of: 3 },
      recall: { Male: { count: 1, of: 1 }, Female: { count: 1, of: 2 } },
      balancedAccuracy: 0.75,
      confusion: {
        labels: ['Male', 'Female'],
        counts: [
          [1, 0],
          [1, 1],
        ],
      },
    });
    expect(gender?.calibration.brier).toBeCloseTo((0.1 ** 2 + 0.6 ** 2 + 0.3 ** 2) / 3, 12);
    expect(gender?.calibration.ece).toBeCloseTo((0.1 + 0.6 + 0.3) / 3, 12);
    expect(gender?.calibration.bins.map(({ faces, right }) => [faces, right])).toEqual([
      [1, 0],
      [1, 1],
      [1, 1],
    ]);
  });

  it('judges their age', () => {
    const { ageGroup, ageYears } = report.overall;
    expect(ageGroup).toMatchObject({ exact: { count: 2, of: 3 }, withinOne: { count: 3, of: 3, high: 1 } });
    expect(ageGroup?.confusion.counts[1]).toEqual([0, 0, 1, 0, 0, 0, 0, 0]);
    // Errors of 3, 1 and 7 years; each sample of three has a mean between 1 and 7.
    expect(ageYears?.faces).toBe(3);
    expect(ageYears?.mae.value).toBeCloseTo(11 / 3, 12);
    expect(ageYears?.mae).toMatchObject({ low: 1, high: 7 });
    expect(ageYears?.cs5.value).toBeCloseTo(2 / 3, 12);
    expect(ageYears?.cs5).toMatchObject({ low: 0, high: 1 });
  });

  it('breaks it down by gender, age group and camera', () => {
    const [gender, ageGroup, camera] = report.breakdowns;
    const found = (groups = gender?.groups) =>
      groups?.map(({ value, measures }) => `${value} ${measures.found?.count}/${measures.found?.of}`);
    expect(found()).toEqual(['Male 1/2', 'Female 2/3']);
    expect(gender?.genderGap).toEqual({
      gap: 0.5,
      largest: { value: 'Male', figure: 1 },
      smallest: { value: 'Female', figure: 0.5 },
    });
    expect(found(ageGroup?.groups)).toEqual([
      '(4-6) 1/1',
      '(15-20) 0/1',
      '(25-32) 1/1',
      '(38-43) 1/1',
      '(60-100) 0/1',
    ]);
    expect(found(camera?.groups)).toEqual(['one 2/2', 'two 1/2']);
    expect(camera?.without).toBe(1);
    expect(camera?.groups[0]?.measures.ageYears?.mae.value).toBe(2);
  });

  it('has no figure of years or age confidence for a pack that gives none', async () => {
    const labels = await labelsOf(['image,age,x,y,w,h', 'g.jpg,30,10,20,40,60']);
    const attributes = { gender: 'Male', genderConfidence: 0.9, age: '(25-32)' } as const;
    const { overall } = await evaluate([okRecord('g.jpg', [face({ attributes })])], labels, report.options);
    expect(Object.keys(overall)).toEqual(['found', 'ageGroup']);
    expect(overall.ageGroup).toMatchObject({ exact: { count: 1, of: 1 } });
    expect(overall.ageGroup).not.toHaveProperty('calibration');
  });

  it('judges expressions where a label and the record have one', async () => {
    const faces = (...said: readonly (Expression | undefined)[]) =>
      okRecord(
        'x.jpg',
        said.map((expression, at) => ({
          ...(expression ? expressive(expression, 0.8) : face()),
          box: { x1: at * 100, y1: 0, x2: at * 100 + 50, y2: 50 },
        })),
      );
    const label = (at: number, truth: string): string => `x.jpg,${truth},${at * 100},0,50,50`;
    const truths = ['happy', 'happy', 'happy', 'Sad', 'sad', 'neutral', ''];
    const labels = await labelsOf([
      'image,expression,x,y,w,h',
      ...truths.map((truth, at) => label(at, truth)),
    ]);
    const record = faces('happy', 'happy', 'neutral', 'sad', 'fearful', undefined, 'happy');
    const { overall } = await evaluate([record], labels, report.options);
    expect(overall.expression).toMatchObject({
      accuracy: { count: 3, of: 5 },
      recall: { happy: { count: 2, of: 3 }, sad: { count: 1, of: 2 } },
      calibration: { faces: 5 },
    });
    expect(Object.keys(overall.expression?.recall ?? {})).toEqual(['happy', 'sad']);
    expect(overall.expression?.balancedAccuracy).toBeCloseTo((2 / 3 + 1 / 2) / 2, 12);
    expect(overall.expression?.confusion.counts[1]).toEqual([1, 2, 0, 0, 0, 0, 0]);
    expect(overall.expression?.calibration?.brier).toBeCloseTo((3 * 0.2 ** 2 + 2 * 0.8 ** 2) / 5, 12);
    const without = await evaluate([faces(undefined)], labels, report.options);
    expect(without.overall).not.toHaveProperty('expression');
  });

  it('does not depend on the order of labels and records', async () => {
    const [header = '', ...rows] = lines;
    const labels = await labelsOf([header, ...rows.toReversed()], ['camera']);
    expect(await evaluate(records.toReversed(), labels, report.options)).toEqual(report);
  });
});
