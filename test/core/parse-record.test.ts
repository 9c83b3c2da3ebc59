import { describe, expect, it } from 'vitest';
import { isOtherVersion, parseRecord } from '../../src/core/parse-record.js';
import { formatLine, formatRecord, type PictureRecord } from '../../src/core/report.js';
import { failedRecord, okRecord } from '../records.js';

const whole = formatRecord(okRecord('a.jpg'));
const parse = (text: string): PictureRecord | undefined => parseRecord(text, 'a.jpg');

/** A record with some fields of another value; `undefined` leaves one out. */
const withFields = (over: object): string => JSON.stringify({ ...okRecord('a.jpg'), ...over });
const withFace = (over: object): string =>
  withFields({ faces: [{ ...okRecord('a.jpg').faces[0], ageConfidence: 0.5, ...over }] });

describe('a record', () => {
  it('that is whole is taken, failed ones too', () => {
    expect(parse(whole)).toEqual(okRecord('a.jpg'));
    const failed = failedRecord('a.jpg', 'TRUNCATED');
    expect(parse(formatRecord(failed))).toEqual(failed);
    const warned = withFields({ orientation: 8, warnings: ['half of it is black'] });
    expect(parse(warned)).toMatchObject({ orientation: 8, warnings: ['half of it is black'] });
    const smiling = withFace({ expression: 'happy', expressionConfidence: 0.75 });
    expect(parse(smiling)?.faces[0]).toMatchObject({ expression: 'happy', expressionConfidence: 0.75 });
    const groups = withFace({ ageDistribution: [0, 0, 0, 0, 1, 0, 0, 0] });
    expect(parse(groups)?.faces[0]).toMatchObject({ ageConfidence: 0.5, ageDistribution: { length: 8 } });
  });

  it.each([
    ['nothing', ''],
    ['half a file', whole.slice(0, whole.length / 2)],
    ['another JSON', '[1,2]'],
    ['null', 'null'],
    ["another picture's", whole.replace('a.jpg', 'b.jpg')],
    ['a failed one without its error', whole.replace('"ok"', '"failed"')],
    ['one that is ok with an error', withFields({ error: failedRecord('a.jpg', 'CORRUPT').error })],
    ['an error of no known code', JSON.stringify(failedRecord('a.jpg', 'CORRUPT')).replace('CORRUPT', 'BAD')],
    ['an error of no known stage', JSON.stringify(failedRecord('a.jpg', 'CORRUPT')).replace('decode', 'bad')],
    ['another status', whole.replace('"ok"', '"fine"')],
    ['a width that is none', withFields({ width: '640' })],
    ['a width below zero', withFields({ width: -1 })],
    ['a width without end', whole.replace('"width": 640', '"width": 1e999')],
    ['a scale above 1', withFields({ scale: 1.5 })],
    ['no orientation', withFields({ orientation: undefined })],
    ['orientation 0', withFields({ orientation: 0 })],
    ['orientation 9', withFields({ orientation: 9 })],
    ['orientation 1.5', withFields({ orientation: 1.5 })],
    ['warnings that are no list', withFields({ warnings: 'half of it is black' })],
    ['warnings that are no texts', withFields({ warnings: [1] })],
    ['a source without its hash', withFields({ source: { bytes: 3 } })],
    ['a run without its pack', withFields({ run: { models: '', settings: '', engine: 'opencv' } })],
    ['a run of another precision', whole.replace('"opencv"', '"opencv","precision":"int4"')],
    ['a run with another engine', whole.replace('"opencv"', '"tensorrt"')],
    ['faces that are no list', withFields({ faces: {} })],
    ['a face that is none', withFields({ faces: [null] })],
    ['a face without a box', whole.replace('bbox', 'box')],
    ['a box that is short of a side', whole.replace(/"bbox": \[\s*\d+,/, '"bbox": [')],
    ['a box of half pixels', withFace({ bbox: [0.5, 1, 2, 3] })],
    ['a box outside', withFace({ bbox: [-1, 1, 2, 3] })],
    ['a box without area', withFace({ bbox: [1, 1, 0, 3] })],
    ['a detector confidence above 1', withFace({ confidence: 1.01 })],
    ['a face without a gender', whole.replace('"gender"', '"sex"')],
    ['a gender of another set', withFace({ gender: 'male' })],
    ['an expression of another set', withFace({ expression: 'glad', expressionConfidence: 0.75 })],
    ['an age group of another set', withFace({ age: '(33-37)' })],
    ['a gender that is a list', withFace({ gender: ['Male'] })],
    ['a gender confidence above 1', withFace({ genderConfidence: 1.2 })],
    ['a gender confidence below 0', withFace({ genderConfidence: -0.1 })],
    ['a confidence that is a text', withFace({ ageConfidence: '0.5' })],
    ['a confidence that is null', withFace({ ageConfidence: null })],
    ['years below 0', withFace({ ageYears: -1 })],
    ['years above 150', withFace({ ageYears: 150.1 })],
    ['years without end', whole.replace('27.3', '1e999')],
    ['a distribution of seven', withFace({ ageDistribution: [0, 0, 0, 0, 0, 0, 1] })],
    ['a distribution with a text', withFace({ ageDistribution: [0, 0, 0, 0, 0, 0, 0, '1'] })],
    ['a distribution above 1', withFace({ ageDistribution: [0, 0, 0, 0, 0, 0, 0, 2] })],
  ])('that is damaged is not taken: %s', (_, text) => {
    expect(parse(text)).toBeUndefined();
    expect(isOtherVersion(text, 'a.jpg')).toBe(false);
  });
});

describe('hostile JSON', () => {
  const deep = '['.repeat(100_000) + ']'.repeat(100_000);

  it.each([
    ['alone', deep],
    ['cut short', deep.slice(0, 100_000)],
    [
      'in the place of the faces',
      whole.replace(/"faces": \[[^]*\],\n {2}"source"/, `"faces": ${deep}, "source"`),
    ],
    ['in the place of a box', whole.replace(/"bbox": \[[^\]]*\]/, `"bbox": ${deep}`)],
    ['in the place of a gender', whole.replace('"Female"', deep)],
    ['among the warnings', whole.replace('"run"', `"warnings": [${deep}], "run"`)],
  ])('nested 100,000 deep does not end the run: %s', (_, text) => {
    expect(parse(text)).toBeUndefined();
    expect(isOtherVersion(text, 'a.jpg')).toBe(false);
  });

  it('beside the documented fields is left behind: it would end the run where the record is written again', () => {
    const record = parse(
      whole
        .replace('"run": {', `"strange": ${deep}, "__proto__": { "faces": [] }, "run": { "x": ${deep},`)
        .replace('"gender"', `"stranger": ${deep}, "gender"`),
    );
    expect(record).toEqual(okRecord('a.jpg'));
    expect(formatLine(record!)).toBe(formatLine(okRecord('a.jpg')));
  });
});

describe('another version', () => {
  it.each([
    ['the first', whole.replace('"schemaVersion": 2', '"schemaVersion": 1'), true],
    ['a later one', whole.replace('"schemaVersion": 2', '"schemaVersion": 3'), true],
    ['this one', whole, false],
    ['none', whole.replace('"schemaVersion": 2,', ''), false],
    ['a word', whole.replace('"schemaVersion": 2', '"schemaVersion": "1"'), false],
    ["of another picture's record", '{"schemaVersion": 1, "image": "b.jpg"}', false],
  ])('is told from damage: %s', (_, text, other) => {
    expect(isOtherVersion(text, 'a.jpg')).toBe(other);
    if (other) expect(parse(text)).toBeUndefined();
  });
});
