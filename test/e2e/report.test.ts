import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { repository } from '../shared.js';
import { contents, facetag, temporaryFolder } from './cli.js';
import { generateOutput } from './generated-output.js';

const fixtures = path.join(repository, 'fixtures/images');
const GENERATED = 'facetag report">';

/** An output folder of ten records. */
async function tenRecords(): Promise<{ folder: string; output: string }> {
  const folder = temporaryFolder();
  return { folder, output: (await generateOutput(folder, 10)).output };
}

const listed = (folder: string): string[] => [...contents(folder).keys()];

describe('facetag tag --report', () => {
  it('ends with a report of the run in the output folder', async () => {
    const out = path.join(temporaryFolder(), 'out');
    const { code, stderr } = await facetag([fixtures, '-o', out, '--report']);
    expect(code).toBe(0);
    const page = path.join(out, 'report/index.html');
    expect(stderr.trimEnd().split('\n').at(-1)).toBe(`report in ${page}`);
    expect(readFileSync(page, 'utf8')).toContain('<bdi>images</bdi>');
    const [rows = ''] = readdirSync(path.join(out, 'report/data'));
    expect(readFileSync(path.join(out, 'report/data', rows), 'utf8')).toContain('"astronaut.png"');
    expect(readdirSync(path.join(out, 'report/thumbnails'))).toHaveLength(3);
  });

  it('needs an output folder', async () => {
    const { code, stderr } = await facetag([fixtures, '--jsonl', '--report']);
    expect(code).toBe(2);
    expect(stderr).toContain('Expected an output folder (-o <dir>) beside --jsonl for --report');
  });
});

describe('facetag report', () => {
  it('writes the same bytes again, makes no thumbnail twice and removes what is not needed any more', async () => {
    const { folder, output } = await tenRecords();
    const first = await facetag(['report', output]);
    expect(first.stderr).toContain('thumbnails: 10 made, 0 unchanged');
    const report = path.join(output, 'report');
    const before = contents(report);
    writeFileSync(path.join(report, 'notes.txt'), 'mine');
    const leftovers = [`thumbnails/${'0'.repeat(32)}-160.webp`, 'data/7-0123456789ab.js'];
    for (const file of leftovers) writeFileSync(path.join(report, file), '');
    const second = await facetag(['report', output, '-j', '1']);
    expect(second.stderr).toContain('thumbnails: 0 made, 10 unchanged');
    expect(contents(report)).toEqual(
      new Map([...before, ['notes.txt', 'mine']].sort() as [string, string][]),
    );
    const elsewhere = await facetag(['report', output, '-o', path.join(folder, 'there/report')]);
    expect(elsewhere.code).toBe(0);
    expect(listed(path.join(folder, 'there/report'))).toEqual([...before.keys()]);
  });

  it('shows how right the results are by labels, whose words are text', async () => {
    const folder = temporaryFolder();
    const out = path.join(folder, 'out');
    await facetag([fixtures, '-o', out, '-q']);
    const labels = path.join(folder, 'labels.csv');
    writeFileSync(
      labels,
      'image,gender,place\nastronaut.png,F,<b>x\ncamera.png,M,"<img src=x>"\nnope.png,F,\n',
    );
    const { code, stderr } = await facetag(['report', out, '--labels', labels, '--by', 'place']);
    expect(code).toBe(0);
    expect(stderr).toContain('Left out the labels of nope.png, which has no record');
    const page = readFileSync(path.join(out, 'report/index.html'), 'utf8');
    expect(page).toContain('<h2>Against labels</h2>');
    expect(page).toMatch(/accuracy<\/th><td class="number">100\.0 %<\/td>/);
    expect(page).toContain('&lt;img src=x&gt;');
    expect(page).not.toContain('<img src=x>');
    const wrong = await facetag(['report', out, '--labels', path.join(folder, 'none.csv')]);
    expect([wrong.code, wrong.stderr.includes('none.csv')]).toEqual([2, true]);
  });

  it('thumbnails are 160 pixels long', async () => {
    const { output } = await tenRecords();
    await facetag(['report', output]);
    const thumbnails = path.join(output, 'report/thumbnails');
    const [name = ''] = readdirSync(thumbnails);
    const { format, width, height } = await sharp(path.join(thumbnails, name)).metadata();
    expect({ format, width, height }).toEqual({ format: 'webp', width: 160, height: 120 });
  });

  it('shows the pictures that match --where', async () => {
    const { output } = await tenRecords();
    const { stderr } = await facetag(['report', output, '--where', 'faces == 3']);
    expect(stderr).toContain('thumbnails: 2 made');
    expect(readFileSync(path.join(output, 'report/index.html'), 'utf8')).toContain('faces == 3');
  });

  it('says that --where matches nothing, on the page too', async () => {
    const { output } = await tenRecords();
    const where = 'faces > 90';
    const { code, stderr } = await facetag(['report', output, '--where', where]);
    expect(code).toBe(0);
    expect(stderr).toContain(`No picture of 10 matches --where ${JSON.stringify(where)}`);
    const page = readFileSync(path.join(output, 'report/index.html'), 'utf8');
    expect(page).toContain('No picture matches <code>faces &gt; 90</code>');
  });

  it('--inline writes one file, and removes those of an earlier report', async () => {
    const { output } = await tenRecords();
    await facetag(['report', output]);
    expect((await facetag(['report', output, '--inline'])).code).toBe(0);
    expect(readdirSync(path.join(output, 'report'))).toEqual(['index.html']);
    const page = readFileSync(path.join(output, 'report/index.html'), 'utf8');
    expect(page.split('data:image/webp;base64,')).toHaveLength(11);
  });

  it('--inline refuses more than 300 pictures before anything is written', async () => {
    const { output } = await generateOutput(temporaryFolder(), 301);
    const { code, stderr } = await facetag(['report', output, '--inline']);
    expect(code).toBe(2);
    expect(stderr).toContain(
      'Expected 300 pictures at most (choose some with --where) for --inline, received 301',
    );
    expect(existsSync(path.join(output, 'report'))).toBe(false);
    expect((await facetag(['report', output, '--inline', '--where', 'faces > 0'])).code).toBe(0);
  });

  it('--copy-pictures brings the pictures, each once', async () => {
    const { output } = await tenRecords();
    const { code } = await facetag(['report', output, '--copy-pictures']);
    expect(code).toBe(0);
    const copies = readdirSync(path.join(output, 'report/pictures'));
    expect(copies).toHaveLength(10);
    expect(copies.every((name) => /^[\da-f]{32}\.jpg$/.test(name))).toBe(true);
    const both = await facetag(['report', output, '--copy-pictures', '--inline']);
    expect(both.stderr).toContain('Expected one of --inline and --copy-pictures');
  });

  it('does not show a picture that has changed, or is gone, with the faces of the one that was tagged', async () => {
    const { folder, output } = await tenRecords();
    copyFileSync(path.join(fixtures, 'home.jpg'), path.join(folder, 'photos/set-0/000001.jpg'));
    const { code, stderr } = await facetag(['report', output]);
    expect(code).toBe(0);
    expect(stderr).toContain('thumbnails: 9 made, 0 unchanged, 1 could not be made');
    const rows = [...contents(path.join(output, 'report/data')).values()].join('');
    expect(rows).toContain('the picture has changed since it was tagged');
  });

  it('refuses what is no output folder', async () => {
    const { code, stderr } = await facetag(['report', temporaryFolder()]);
    expect(code).toBe(2);
    expect(stderr).toContain('Expected an output folder of facetag for facetag report');
  });

  it('refuses a folder that holds anything but a report, and leaves it as it is', async () => {
    const { folder, output } = await tenRecords();
    const mine = path.join(folder, 'mine');
    mkdirSync(mine);
    writeFileSync(path.join(mine, 'index.html'), '<!doctype html><p>my page');
    for (const target of [mine, output, path.join(folder, 'photos')]) {
      const before = contents(target);
      const { code, stderr } = await facetag(['report', output, '-o', target]);
      expect(code).toBe(2);
      expect(stderr).toContain('Expected a new or empty folder, or an earlier report, for the report');
      expect(contents(target)).toEqual(before);
    }
  });

  it('writes through no link in the output folder or in the report', async () => {
    const { folder, output } = await tenRecords();
    const victim = path.join(folder, 'victim');
    mkdirSync(victim);
    symlinkSync(victim, path.join(output, 'report'));
    const refused = await facetag(['report', output]);
    expect(refused).toMatchObject({ code: 2 });
    expect(refused.stderr).toContain('is a symbolic link');
    const report = path.join(folder, 'report');
    await facetag(['report', output, '-o', report, '--where', 'faces == 1']);
    for (const part of ['pictures', 'other']) mkdirSync(path.join(folder, part));
    symlinkSync(victim, path.join(report, 'pictures'));
    const second = await facetag(['report', output, '-o', report, '--copy-pictures']);
    expect(second.code).toBe(2);
    expect(readdirSync(victim)).toEqual([]);
  });

  it('warns of a report among the pictures', async () => {
    const { folder, output } = await tenRecords();
    const { code, stderr } = await facetag(['report', output, '-o', path.join(folder, 'photos/report')]);
    expect(code).toBe(0);
    expect(stderr).toContain("leave it out of the next run with --ignore 'report/**'");
  });

  it('takes up what a killed run left', async () => {
    const { folder, output } = await tenRecords();
    const report = path.join(folder, 'report');
    mkdirSync(path.join(report, '.facetag-tmp'), { recursive: true });
    expect((await facetag(['report', output, '-o', report])).code).toBe(0);
    expect(readFileSync(path.join(report, 'index.html'), 'utf8')).toContain(GENERATED);
    expect(listed(report).every((name) => !name.startsWith('.facetag'))).toBe(true);
  });
});
