import { expect, it } from 'vitest';
import { formatTable } from '../../bin/setup/table.js';
import { faceParts } from '../../src/core/face-text.js';
import { percent } from '../../src/core/percent.js';

it('shows a line per face, per picture without faces and per failed picture', () => {
  const face = { gender: 'Female', genderConfidence: 0.9999, age: '(25-32)' } as const;
  const table = formatTable(
    [
      {
        image: 'a/two people.jpg',
        status: 'ok',
        width: 4032,
        height: 3024,
        faces: [
          { ...face, bbox: [812, 640, 410, 502], confidence: 0.9931, ageYears: 27.3 },
          { ...face, gender: 'Male', bbox: [12, 6, 41, 50], confidence: 0.5 },
        ],
      },
      { image: 'empty.png', status: 'ok', width: 5, height: 7, faces: [] },
      { image: 'cut.jpg', status: 'failed', width: 0, height: 0, faces: [], error: { code: 'TRUNCATED' } },
    ],
    { faceParts, percent },
  );
  expect(table.split('\n')).toEqual([
    'picture           size         face       gender       age       confidence  box',
    'a/two people.jpg  4032 x 3024  0          Female 99 %  27 years  99 %        410 x 502 at 812, 640',
    'a/two people.jpg  4032 x 3024  1          Male 99 %    (25-32)   50 %        41 x 50 at 12, 6',
    'empty.png         5 x 7        none',
    'cut.jpg                        TRUNCATED',
    '',
    '2 faces in 3 pictures',
  ]);
});
