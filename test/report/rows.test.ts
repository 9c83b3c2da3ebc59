import { describe, expect, it } from 'vitest';
import { formatRecord, toRecord as recordOf } from '../../src/core/report.js';
import { copyName, thumbnailName, toRecord, toRow } from '../../src/report/rows.js';
import { expressive, face, failedRecord, okRecord, runKey } from '../records.js';

const whole = recordOf(
  'a/b.jpg',
  {
    width: 640,
    height: 480,
    orientation: 6,
    scale: 0.5,
    faces: [
      face({
        attributes: {
          gender: 'Male',
          genderConfidence: 0.7,
          age: '(60-100)',
          ageConfidence: 0.5,
          ageYears: 71.5,
          ageDistribution: [0, 0, 0, 0.1, 0.1, 0.1, 0.2, 0.5],
        },
      }),
      face(),
    ],
    warnings: ['3 bytes of the JPEG belong to no pixel'],
    source: { bytes: 0, sha256: 'ab' },
  },
  runKey,
);

describe('a row', () => {
  const failure = { stage: 'discover', code: 'UNREADABLE', message: 'gone' } as const;
  const unread = recordOf('gone.jpg', { width: 0, height: 0, scale: 0, faces: [], failure }, runKey);
  it.each([
    ['everything', whole],
    ['no face', okRecord('a.jpg', [])],
    ['an expression', okRecord('a.jpg', [expressive('sad'), face()])],
    ['a failure', failedRecord('<b>.jpg', 'TRUNCATED')],
    ['no bytes', unread],
  ])('of %s becomes its record again, to the letter', (_, record) => {
    const row = toRow(record, { run: 0, thumbnail: 1, note: 'none' });
    const sent = JSON.parse(JSON.stringify(row)) as typeof row;
    expect(formatRecord(toRecord(sent, [record.run]))).toBe(formatRecord(record));
  });

  it('says nothing of what faces at its end lack', () => {
    const [, , , , , , , , , faces] = toRow(okRecord('a.jpg'), { run: 0, thumbnail: 1 });
    expect(faces[0]?.at(-1)).toBe(27.3);
  });

  it('is a third of the text of its record', () => {
    const text = JSON.stringify(toRow(whole, { run: 0, thumbnail: 1 }));
    expect(text.length).toBeLessThan(JSON.stringify(whole).length / 2.5);
  });
});

describe('files beside the page', () => {
  it('are named by content, with an ending only where it is a plain one', () => {
    const hash = '0123456789abcdef'.repeat(4);
    expect(thumbnailName(hash)).toBe('thumbnails/0123456789abcdef0123456789abcdef-160.webp');
    expect(copyName(hash, 'x/Holiday.JPG')).toBe('pictures/0123456789abcdef0123456789abcdef.jpg');
    expect(copyName(hash, 'x/odd.j<p')).toBe('pictures/0123456789abcdef0123456789abcdef');
  });
});
