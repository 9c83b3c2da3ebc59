import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { evaluate } from '../../src/evaluation/evaluate.js';
import { FIGURE_NAMES } from '../../src/evaluation/figures.js';
import { missedGates, readGate } from '../../src/evaluation/gates.js';
import { repository } from '../shared.js';
import { EXPRESSIONS } from '../../src/types.js';
import { expressive, okRecord } from '../records.js';
import { labelsOf, recordOf } from './made-records.js';

const documentation = readFileSync(path.join(repository, 'docs/evaluation.md'), 'utf8');

const options = { iou: 0.5, match: 'central', by: [], minGroup: 1 } as const;
const record = recordOf('a.jpg', { bbox: [0, 0, 100, 100], confidence: 0.9, gender: 'Male', years: 33 });
const other = recordOf('b.jpg', { bbox: [0, 0, 100, 100], confidence: 0.9, gender: 'Female', years: 33 });
/** Wrong about both genders, and three years off. */
const report = await evaluate(
  [record, other],
  await labelsOf(['image,gender,age,x,y,w,h', 'a.jpg,F,30,0,0,100,100', 'b.jpg,M,36,0,0,100,100']),
  options,
);
/** Of one face of each. */
const expressions = await evaluate(
  EXPRESSIONS.map((each) => okRecord(`${each}.jpg`, [expressive(each)])),
  await labelsOf(['image,expression', ...EXPRESSIONS.map((each) => `${each}.jpg,${each}`)]),
  options,
);
const genderAlone = await evaluate([record], await labelsOf(['image,gender', 'a.jpg,M']), options);

describe('a gate', () => {
  it('is passed at its limit', () => {
    expect(missedGates(report, [readGate('age-mae=3', 'max'), readGate('recall=1', 'min')])).toEqual([]);
  });

  it('is missed beyond it', () => {
    const gates = [readGate('age-mae=2.9', 'max'), readGate('gender-accuracy=0.5', 'min')];
    expect(missedGates(report, gates)).toEqual([
      { figure: 'age-mae', bound: 'max', limit: 2.9, value: 3 },
      { figure: 'gender-accuracy', bound: 'min', limit: 0.5, value: 0 },
    ]);
  });

  it('is missed where the labels say nothing of its figure', () => {
    expect(missedGates(genderAlone, [readGate('age-mae=100', 'max')])).toEqual([
      { figure: 'age-mae', bound: 'max', limit: 100 },
    ]);
  });

  it('is not missed by what binary arithmetic adds to a gap', async () => {
    // 8 of 10 women and 7 of 10 men: 0.8 - 0.7 is above 0.1.
    const rows = Array.from({ length: 20 }, (_, at) => ({
      image: `${at}.jpg`,
      gender: at < 10 ? ('Female' as const) : ('Male' as const),
      isRight: at % 10 < (at < 10 ? 8 : 7),
    }));
    const records = rows.map(({ image, gender, isRight }) =>
      recordOf(image, {
        bbox: [0, 0, 9, 9],
        confidence: 0.9,
        gender: isRight === (gender === 'Male') ? 'Male' : 'Female',
      }),
    );
    const labels = await labelsOf(['image,gender', ...rows.map(({ image, gender }) => `${image},${gender}`)]);
    const gap = await evaluate(records, labels, options);
    expect(missedGates(gap, [readGate('gender-gap=0.1', 'max')])).toEqual([]);
    expect(missedGates(gap, [readGate('gender-gap=0.0999', 'max')])).toHaveLength(1);
  });

  it.each([...FIGURE_NAMES])('can be set on %s, as the documentation says', (name) => {
    expect(documentation).toContain(`\`${name}\``);
    const one = name.startsWith('expression-') ? expressions : report;
    expect(missedGates(one, [readGate(`${name}=0`, 'min')])).toEqual([]);
  });

  it.each([
    ['gender-acuracy=0.9', 'did you mean gender-accuracy?'],
    ['speed=1', FIGURE_NAMES.join(', ')],
    ['gender-accuracy', 'a number in 0..1 for gender-accuracy'],
    ['gender-accuracy=90', 'a number in 0..1 for gender-accuracy'],
    ['gender-accuracy=high', 'a number in 0..1 for gender-accuracy'],
    ['age-mae=-1', 'a number from 0 on for age-mae'],
    ['age-mae=Infinity', 'a number from 0 on for age-mae'],
  ])('%s is refused', (text, expected) => {
    expect(() => readGate(text, 'min')).toThrow(expected);
    expect(() => readGate(text, 'min')).toThrow(`for --min, received ${JSON.stringify(text)}`);
  });
});
