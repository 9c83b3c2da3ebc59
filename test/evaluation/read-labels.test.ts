import { describe, expect, it } from 'vitest';
import { labelsOf } from './made-records.js';

const faces = async (...lines: string[]) => (await labelsOf(lines)).labels;

describe('a row of labels', () => {
  it.each([
    ['M', 'Male'],
    ['male', 'Male'],
    [' F ', 'Female'],
    ['FEMALE', 'Female'],
  ])('takes gender %s', async (text, gender) => {
    expect(await faces('image,gender', `a.jpg,${text}`)).toMatchObject([{ image: 'a.jpg', gender }]);
  });

  it.each([
    ['age', '27', { years: 27, ageGroup: '(25-32)' }],
    ['age', '22.4', { years: 22.4, ageGroup: '(15-20)' }],
    ['age', '0', { years: 0, ageGroup: '(0-2)' }],
    ['age', '(25-32)', { ageGroup: '(25-32)' }],
    ['ageGroup', '(60-100)', { ageGroup: '(60-100)' }],
    ['ageGroup', '60-100', { ageGroup: '(60-100)' }],
    ['expression', 'Happy', { expression: 'happy' }],
  ])('takes %s %s', async (column, text, expected) => {
    const [label] = await faces(`image,${column}`, `a.jpg,${text}`);
    expect(label).toMatchObject(expected);
    expect(label && 'years' in label).toBe('years' in expected);
  });

  it('takes a group that was said beside the years, since a gap between two groups belongs to both', async () => {
    expect(await faces('image,age,ageGroup', 'a.jpg,23,15-20')).toMatchObject([
      { years: 23, ageGroup: '(15-20)' },
    ]);
  });

  it('leaves out what is empty', async () => {
    const [label] = await faces('image,gender,age', 'a.jpg,,');
    expect(Object.keys(label ?? {})).toEqual(['line', 'image', 'groups']);
  });

  it('takes a box, also one that leaves the picture', async () => {
    expect(await faces('image,x,y,w,h', 'a.jpg,-5,10,20.5,30')).toMatchObject([
      { box: { x1: -5, y1: 10, x2: 15.5, y2: 40 } },
    ]);
  });

  it('takes the values of the columns to break down by', async () => {
    const { labels } = await labelsOf(
      ['image,gender,Camera,light', 'a.jpg,M,Canon,', 'b.jpg,M,,dark'],
      ['Camera', 'light'],
    );
    expect(labels.map(({ groups }) => [...groups])).toEqual([[['Camera', 'Canon']], [['light', 'dark']]]);
  });

  it('reads names as faces.csv writes them', async () => {
    expect(await faces('image,gender', './=1+1.jpg,M')).toMatchObject([{ image: '=1+1.jpg' }]);
  });

  it.each([
    ['gender', 'x', 'Expected M, F, Male or Female for gender, received "x"'],
    [
      'expression',
      'glad',
      expect.stringMatching(/^Expected one of neutral happy .* for expression, received "glad"$/) as string,
    ],
    ['age', 'old', 'Expected years in 0..130 for age, received "old"'],
    ['age', '1987', 'Expected years in 0..130 for age, received "1987"'],
    [
      'ageGroup',
      '06-Apr',
      expect.stringMatching(/^Expected one of \(0-2\) .* for ageGroup, received "06-Apr"$/) as string,
    ],
  ])('is left out for %s %s', async (column, text, reason) => {
    const { labels, bad } = await labelsOf([`image,${column}`, `a.jpg,${text}`, 'b.jpg,']);
    expect(labels).toMatchObject([{ image: 'b.jpg' }]);
    expect(bad).toEqual([{ line: 2, reason }]);
  });

  it('is left out for half a box, no picture or missing cells', async () => {
    const { labels, bad } = await labelsOf([
      'image,x,y,w,h',
      'a.jpg,1,2,3,',
      'b.jpg,1,2,0,4',
      ',1,2,3,4',
      'c.jpg,1',
    ]);
    expect(labels).toEqual([]);
    expect(bad.map(({ line, reason }) => [line, reason])).toEqual([
      [2, 'Expected four numbers in pixels, w and h above 0, for x,y,w,h, received "1,2,3,"'],
      [3, 'Expected four numbers in pixels, w and h above 0, for x,y,w,h, received "1,2,0,4"'],
      [4, 'Expected the path of a picture for image, received ""'],
      [5, 'Expected 5 cells as in the header, received 2'],
    ]);
  });
});

describe('rows of one picture', () => {
  it('are several faces when they have boxes', async () => {
    expect(await faces('image,x,y,w,h', 'a.jpg,1,2,3,4', 'a.jpg,5,2,3,4')).toHaveLength(2);
  });

  it('are duplicates when they have one box, or none', async () => {
    const boxed = await labelsOf(['image,gender,x,y,w,h', 'a.jpg,M,1,2,3,4', 'a.jpg,F,1,2,3,4.0']);
    expect(boxed.labels).toHaveLength(1);
    expect(boxed.duplicates).toEqual([{ line: 3, reason: 'a.jpg: the same box as in line 2' }]);
    const boxless = await labelsOf(['image,gender', 'a.jpg,M', 'b.jpg,M', 'a.jpg,M']);
    expect(boxless.duplicates).toEqual([
      { line: 4, reason: 'a.jpg: a second face without a box, which cannot be told from that of line 2' },
    ]);
  });

  it('say that there is no face when boxes are drawn and none is', async () => {
    const { labels, faceless, duplicates } = await labelsOf(['image,x,y,w,h', 'a.jpg,,,,', 'a.jpg,,,,']);
    expect([labels, [...faceless]]).toEqual([[], ['a.jpg']]);
    expect(duplicates).toEqual([{ line: 3, reason: 'a.jpg: no face, as in line 2' }]);
  });

  it('must not contradict each other', async () => {
    const { labels, bad } = await labelsOf([
      'image,gender,x,y,w,h',
      'a.jpg,,1,2,3,4',
      'a.jpg,M,,,,',
      'a.jpg,,,,,',
    ]);
    expect(labels).toHaveLength(1);
    expect(bad).toEqual([
      { line: 3, reason: 'Expected a box for a.jpg as in line 2' },
      { line: 4, reason: 'Expected a box for a.jpg as in line 2' },
    ]);
  });
});

describe('the header', () => {
  it('is read whatever its case and order', async () => {
    expect(await faces('AgeGroup, Image ,GENDER', '25-32,a.jpg,m')).toMatchObject([
      { image: 'a.jpg', gender: 'Male', ageGroup: '(25-32)' },
    ]);
  });

  it.each([
    ['', 'a column image'],
    ['picture,gender', 'a column image'],
    ['image;gender', 'a column image'],
    ['image,camera', 'a column of gender, age, ageGroup, expression or x,y,w,h'],
    ['image,x,y', 'all of x,y,w,h or none'],
    ['image,gender,Gender', 'each column once'],
  ])('%s is refused', async (header, expected) => {
    await expect(labelsOf([header])).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining(expected) as string,
    });
  });

  it('must have the columns to break down by', async () => {
    await expect(labelsOf(['image,gender,camera'], ['kamera'])).rejects.toThrow(
      'Expected a column of labels.csv (image, gender, camera) for --by, received "kamera"',
    );
  });

  it('must be there', async () => {
    await expect(labelsOf([])).rejects.toThrow('Expected a table with a header for labels.csv');
  });
});
