import { describe, expect, it } from 'vitest';
import type { PictureRecord } from '../../../src/core/report.js';
import { selectPictures } from '../../../src/report/client/select-pictures.js';
import { toPicture } from '../../../src/report/client/shown-picture.js';
import { parseAddress } from '../../../src/report/client/view.js';
import { toRow } from '../../../src/report/rows.js';
import type { AgeGroup, Gender } from '../../../src/types.js';
import { face, failedRecord, okRecord, runKey } from '../../records.js';

const head = { pictures: 5, chunks: [], runs: [runKey], roots: { '': '../' }, copies: false };

function person(gender: Gender, age: AgeGroup, ageYears: number | undefined, confidence: number) {
  const attributes = { gender, genderConfidence: 0.9, age, ...(ageYears !== undefined && { ageYears }) };
  return face({ confidence, attributes });
}

const woman = person('Female', '(25-32)', 30, 0.9);
const boy = person('Male', '(8-12)', 9, 0.6);
const man = person('Male', '(38-43)', undefined, 0.8);

const records: PictureRecord[] = [
  okRecord('a/Both.jpg', [woman, boy]),
  okRecord('a/man.jpg', [man]),
  failedRecord('b/cut.jpg', 'TRUNCATED'),
  okRecord('b/empty.jpg', []),
  { ...okRecord('b/warned.jpg', [woman]), warnings: ['blocks may be lost'] },
];
const pictures = records.map((record, index) =>
  toPicture(toRow(record, { run: 0, thumbnail: 1 }), index, head),
);

const select = (address: string): string[] =>
  selectPictures(pictures, parseAddress(address)).map(({ record }) =>
    record.image.replace(/^.*\/|\.jpg$/g, ''),
  );

describe('pictures are chosen by', () => {
  it.each([
    ['', ['Both', 'man', 'cut', 'empty', 'warned']],
    ['#name=both', ['Both']],
    ['#name=B/', ['cut', 'empty', 'warned']],
    ['#status=ok', ['Both', 'man', 'empty', 'warned']],
    ['#status=failed', ['cut']],
    ['#status=TRUNCATED', ['cut']],
    ['#status=CORRUPT', []],
    ['#status=faceless', ['empty']],
    ['#status=warned', ['warned']],
    ['#gender=Male', ['Both', 'man']],
    ['#age=(25-32)', ['Both', 'warned']],
    // One face must be all of it: the boy is no woman.
    ['#gender=Male&age=(25-32)', []],
    ['#years-max=12', ['Both']],
    // A group counts where it overlaps.
    ['#years-min=43', ['man']],
    ['#confidence-min=0.7&gender=Male', ['man']],
    ['#confidence-max=0.7', ['Both']],
    ['#faces-min=2', ['Both']],
    ['#faces-max=0', ['cut', 'empty']],
    ['#nonsense=1&years-min=x', ['Both', 'man', 'cut', 'empty', 'warned']],
  ])('%s', (address, names) => {
    expect(select(address)).toEqual(names);
  });
});

describe('pictures are sorted by', () => {
  it.each([
    ['#sort=name-down', ['warned', 'empty', 'cut', 'man', 'Both']],
    ['#sort=faces-down', ['Both', 'man', 'warned', 'empty', 'cut']],
    ['#sort=faces', ['empty', 'man', 'warned', 'Both', 'cut']],
    ['#sort=age', ['Both', 'warned', 'man', 'cut', 'empty']],
    ['#sort=age-down', ['man', 'Both', 'warned', 'cut', 'empty']],
    ['#sort=confidence', ['Both', 'man', 'warned', 'cut', 'empty']],
    // The faces that are asked for decide.
    ['#sort=confidence&gender=Female', ['Both', 'warned']],
    ['#sort=constructor', ['Both', 'man', 'cut', 'empty', 'warned']],
  ])('%s', (address, names) => {
    expect(select(address)).toEqual(names);
  });
});

describe('the link to a picture', () => {
  const link = (image: string, over = {}, note?: string): string | undefined =>
    toPicture(toRow(okRecord(image), { run: 0, thumbnail: 1, note }), 0, { ...head, ...over }).link;

  it('leads to the folder that its name starts from, whatever the name is', () => {
    expect(link('a b/#1?.jpg')).toBe('../a%20b/%231%3F.jpg');
    expect(link('javascript:alert(1).jpg')).toBe('../javascript%3Aalert(1).jpg');
    expect(link('\\x5cxff.jpg')).toBe('../%5Cxff.jpg');
    expect(link('\\x5cxff.jpg', { roots: { '': 's3://b/' } })).toBe('s3://b/%5Cx5cxff.jpg');
    expect(link('constructor/a.jpg')).toBe('../constructor/a.jpg');
    expect(link('iphone/a.jpg', { roots: { '': '../', iphone: '../../phone/' } })).toBe('../../phone/a.jpg');
  });

  it('leads to the copy where there are copies, and nowhere once the picture has changed', () => {
    expect(link('a.jpg', { copies: true })).toBe('pictures/c0ffee.jpg');
    expect(link('a.jpg', {}, 'the picture has changed since it was tagged')).toBeUndefined();
  });
});
