import { describe, expect, it } from 'vitest';
import { evaluate } from '../../src/evaluation/evaluate.js';
import { renderMarkdown } from '../../src/evaluation/render-markdown.js';
import { renderText } from '../../src/evaluation/render-text.js';
import { expressive, okRecord } from '../records.js';
import { labelsOf, recordOf } from './made-records.js';

const HOSTILE = '<img src=x>|**x**\u001b[2J';

async function reportOf(header: string, row: string) {
  const record = recordOf('a.jpg', { bbox: [0, 0, 100, 100], confidence: 0.9, gender: 'Male', years: 33 });
  const by = header.includes('camera') ? ['camera'] : [];
  const options = { iou: 0.5, match: 'central', by, minGroup: 10 } as const;
  return await evaluate([record], await labelsOf([header, row], by), options);
}

const whole = await reportOf('image,gender,age,x,y,w,h,camera', `a.jpg,M,30,0,0,100,100,${HOSTILE}`);
const genderAlone = await reportOf('image,gender', 'a.jpg,F');

describe('the table for a terminal', () => {
  it('aligns its columns', () => {
    const text = renderText(whole);
    expect(text).toContain(
      [
        'Faces',
        '                          figure  95 % interval   faces',
        '  found (recall)         100.0 %   20.7-100.0 %  1 of 1',
        '  precision              100.0 %   20.7-100.0 %  1 of 1',
        '  extra faces a picture    0.000                      0',
        '  AP50                     1.000',
        '',
      ].join('\n'),
    );
    expect(text).toContain('MAE               3.00 years      3.00-3.00       1');
    expect(text).toContain(
      'true \\ said  Male  Female\n  Male            1       0\n  Female          0       0\n',
    );
    expect(text).not.toMatch(/ \n/);
  });

  it('has no section without figures', () => {
    const titles = renderText(genderAlone).match(/^\S.*$/gm);
    expect(titles).toEqual([
      'Evaluation data',
      'Faces',
      'Gender',
      'By gender',
      'Confidence of gender',
      'Intervals',
    ]);
  });

  it('has one for expressions, with the recall of each that a label says', async () => {
    const record = okRecord('a.jpg', [expressive('sad')]);
    const labels = await labelsOf(['image,expression', 'a.jpg,happy']);
    const options = { iou: 0.5, match: 'central', by: [], minGroup: 10 } as const;
    const text = renderText(await evaluate([record], labels, options));
    expect(text).toMatch(/^Expression$/m);
    expect(text).toMatch(/recall of happy +0\.0 %/);
    expect(text).not.toContain('recall of sad');
    expect(text).toMatch(/^Confidence of expression$/m);
  });

  it('shows control characters of a value instead of sending them', () => {
    expect(renderText(whole)).toContain('<img src=x>|**x**\\x1b[2J');
    expect(renderText(whole)).not.toContain('\u001b');
  });
});

describe('the Markdown of a model card', () => {
  it('has a table with a rule', () => {
    expect(renderMarkdown(whole)).toContain(
      [
        '### Faces',
        '',
        '|                       |  figure | 95 % interval |  faces |',
        '| --------------------- | ------: | ------------: | -----: |',
        '| found (recall)        | 100.0 % |  20.7-100.0 % | 1 of 1 |',
      ].join('\n'),
    );
    expect(renderMarkdown(whole)).toMatch(/^## Evaluation of compact\n/);
  });

  it('escapes what a value would do to it', () => {
    expect(renderMarkdown(whole)).toContain('| \\<img src=x\\>\\|\\*\\*x\\*\\*\\\\x1b\\[2J |');
    expect(renderMarkdown(whole)).not.toMatch(/(?<!\\)</);
  });
});
