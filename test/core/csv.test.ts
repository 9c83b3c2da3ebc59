import { describe, expect, it } from 'vitest';
import { USUAL_CSV, WIDE_CSV } from '../../src/core/csv.js';
import { expressive, face, failedRecord, okRecord } from '../records.js';

describe('faces.csv', () => {
  it('has the documented header', () => {
    expect(USUAL_CSV.header).toBe(
      'image,status,width,height,face,x,y,w,h,confidence,gender,genderConfidence,age,ageConfidence,ageYears,quality,error\r\n',
    );
  });

  it('has one row per face, numbered from 0', () => {
    expect(USUAL_CSV.rows(okRecord('a.jpg', [face(), face({ confidence: 0.5 })]), 'safe')).toBe(
      'a.jpg,ok,640,480,0,10,20,40,60,0.9,Female,0.8,(25-32),,27.3,,\r\n' +
        'a.jpg,ok,640,480,1,10,20,40,60,0.5,Female,0.8,(25-32),,27.3,,\r\n',
    );
  });

  it('has one row for a picture without faces and one with the code for a failed one', () => {
    expect(USUAL_CSV.rows(okRecord('a.jpg', []), 'safe')).toBe('a.jpg,ok,640,480,,,,,,,,,,,,,\r\n');
    expect(USUAL_CSV.rows(failedRecord('a.jpg', 'CORRUPT'), 'safe')).toBe(
      'a.jpg,failed,0,0,,,,,,,,,,,,,CORRUPT\r\n',
    );
  });

  it.each([
    ['a comma', 'a,b.jpg', '"a,b.jpg"'],
    ['a quote', 'a"b.jpg', '"a""b.jpg"'],
    ['a newline', 'a\nb.jpg', '"a\nb.jpg"'],
    ['a carriage return', 'a\rb.jpg', '"a\rb.jpg"'],
    ['a separator of some spreadsheets', 'a;=1.jpg', '"a;=1.jpg"'],
    ['spaces and accents, which need no quotes', 'é è.jpg', 'é è.jpg'],
  ])('quotes a name with %s', (_, name, cell) => {
    expect(USUAL_CSV.rows(okRecord(name, []), 'safe')).toBe(`${cell},ok,640,480,,,,,,,,,,,,,\r\n`);
  });

  it.each(['=1+1.jpg', '+1.jpg', '-1.jpg', '@sum.jpg', '\tx.jpg', '\rx.jpg', ' =1.jpg', '\uff1d1.jpg'])(
    'keeps %j from being a formula, as a path to the same picture, unless names are to be exact',
    (name) => {
      const cellOf = (row: string): string =>
        (/^("[^"]*"|[^,]*),ok,/.exec(row)?.[1] ?? '').replaceAll('"', '');
      expect(cellOf(USUAL_CSV.rows(okRecord(name, []), 'safe'))).toBe(`./${name}`);
      expect(cellOf(USUAL_CSV.rows(okRecord(name, []), 'exact'))).toBe(name);
    },
  );

  it.each(['a=1.jpg', "'1.jpg", '2024/=1.jpg', '.hidden.jpg'])('leaves %j as it is', (name) => {
    expect(USUAL_CSV.rows(okRecord(name, []), 'safe')).toContain(`${name},ok,`);
  });
});

describe('faces.csv of a run that was asked for expressions', () => {
  it('has two columns more, before the error', () => {
    expect(WIDE_CSV.header).toBe(
      USUAL_CSV.header.replace('quality,', 'quality,expression,expressionConfidence,'),
    );
    expect(WIDE_CSV.rows(okRecord('a.jpg', [expressive(), face()]), 'safe')).toBe(
      'a.jpg,ok,640,480,0,10,20,40,60,0.9,Female,0.8,(25-32),,27.3,,happy,0.75,\r\n' +
        'a.jpg,ok,640,480,1,10,20,40,60,0.9,Female,0.8,(25-32),,27.3,,,,\r\n',
    );
    expect(WIDE_CSV.rows(failedRecord('a.jpg', 'CORRUPT'), 'safe')).toBe(
      'a.jpg,failed,0,0,,,,,,,,,,,,,,,CORRUPT\r\n',
    );
  });

  it('is the usual one for records that say nothing of them', () => {
    for (const record of [okRecord('a.jpg'), okRecord('a.jpg', []), failedRecord('a.jpg', 'CORRUPT')]) {
      expect(USUAL_CSV.fits(record)).toBe(true);
    }
    expect(USUAL_CSV.fits(okRecord('a.jpg', [face(), expressive()]))).toBe(false);
  });
});
