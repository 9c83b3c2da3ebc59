import { describe, expect, it } from 'vitest';
import { formatPage, GENERATOR, UNFINISHED_PAGE, type Page } from '../../src/report/page.js';
import { ReportTally } from '../../src/report/report-tally.js';
import { expressive, face, failedRecord, okRecord } from '../records.js';

const EVIL = '<img src=x onerror=alert(1)>';

function pageOf(over: Partial<Page> = {}): string {
  const tally = new ReportTally();
  tally.add(okRecord('a.jpg', [face(), face({ confidence: 0.62 })]));
  tally.add(okRecord('b.jpg', []));
  tally.add(failedRecord('c.jpg', 'TRUNCATED'));
  const head = { pictures: 3, chunks: ['data/1-0.js'], runs: [], roots: { '': '../' }, copies: false };
  const page = { title: 'photos', head, tally, folders: ['..'], version: '1.0.0', ...over };
  return formatPage(page, { script: 'let code', style: 'p{}' });
}

describe('a page', () => {
  it('has its mark among its first 512 characters, and an unfinished one too', () => {
    expect(pageOf().slice(0, 512)).toContain(GENERATOR);
    expect(UNFINISHED_PAGE.slice(0, 512)).toContain(GENERATOR);
  });

  it('shows names, folders and expressions as text', () => {
    const page = pageOf({ title: EVIL, folders: [EVIL], where: EVIL });
    expect(page).not.toContain('<img');
    expect(page.split('&lt;img src=x onerror=alert(1)&gt;').length - 1).toBe(4);
  });

  it('says in words what its charts show', () => {
    const page = pageOf();
    expect(page).toContain('aria-label="Gender: Male 0 (0 %)'.replace('Male 0 (0 %)', 'Female 2 (100 %)'));
    expect(page).toContain('25-32: 2 faces (2 female, 0 male)');
    expect(page).toContain('aria-label="Confidence of detection: 0.60-0.65: 1 face; 0.90-0.95: 1 face"');
    expect(page).toContain('aria-label="Failures: TRUNCATED 1"');
  });

  it('offers the labels that there are', () => {
    const page = pageOf();
    expect(page).toContain('<option value="Female">Female (2)</option>');
    expect(page).not.toContain('<option value="Male">');
    expect(page).toContain('<option value="TRUNCATED">TRUNCATED (1)</option>');
  });

  it('has a filter, a chart and a caution where faces have expressions, and none of them elsewhere', () => {
    const tally = new ReportTally();
    tally.add(okRecord('a.jpg', [expressive('happy'), expressive('sad'), face()]));
    const page = pageOf({ tally });
    expect(page).toContain('<option value="happy">happy (1)</option>');
    expect(page).toContain('aria-label="Expression: neutral 0 (0 %); happy 1 (50 %); sad 1 (50 %)');
    expect(page).toContain('not what the person feels');
    expect(pageOf()).not.toMatch(/expression/i);
  });

  it('takes further parts', () => {
    const sections = [{ title: 'Evaluation', markup: '<p>97 %</p>' }];
    expect(pageOf({ sections })).toContain('<h2>Evaluation</h2><p>97 %</p>');
  });

  it('is the same for the same records', () => {
    expect(pageOf()).toBe(pageOf());
  });
});
