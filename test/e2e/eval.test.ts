import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { EvaluationReport } from '../../src/evaluation/evaluation-report.js';
import { FIXTURES } from '../pictures/made-picture.js';
import { bin, contents, facetag, hermetic } from './cli.js';
import { eventsOf } from './outcome.js';

/** Boxes as the README shows what is found; the man is said to be older than he is taken for. */
const LABELS = [
  'image,gender,age,x,y,w,h,source',
  'astronaut.png,F,38,181,73,83,102,NASA',
  'camera.png,M,30,202,119,53,80,MIT',
  'home.jpg,,,,,,,',
];

/** One for all: an evaluation changes nothing in it, as the first test shows. */
const cwd = mkdtempSync(path.join(tmpdir(), 'facetag-test-'));

beforeAll(() => {
  execFileSync(process.execPath, [bin, FIXTURES, '-o', 'out', '-q'], { cwd, env: hermetic() });
});

afterAll(() => {
  rmSync(cwd, { recursive: true, force: true });
});

beforeEach(() => {
  write(LABELS);
});

function write(lines: readonly string[]): void {
  writeFileSync(path.join(cwd, 'labels.csv'), lines.join('\r\n'));
}

const run = (...flags: string[]) => facetag(['eval', 'out', '--labels', 'labels.csv', ...flags], { cwd });

async function reportOf(...flags: string[]): Promise<EvaluationReport> {
  return JSON.parse((await run('--json', ...flags)).stdout) as EvaluationReport;
}

describe('facetag eval', () => {
  it('prints the figures on stdout and changes nothing', async () => {
    const before = contents(path.join(cwd, 'out'));
    const ran = await run('--by', 'source');
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(ran.stdout).toContain('labels           2 faces in 3 pictures\n');
    expect(ran.stdout).toContain('found (recall)         100.0 %   34.2-100.0 %  2 of 2\n');
    expect(ran.stdout).toContain('\nBy source\n');
    expect(contents(path.join(cwd, 'out'))).toEqual(before);
  });

  it('prints them as JSON and Markdown, the same bytes each time', async () => {
    const report = await reportOf('--by', 'source');
    expect(report).toMatchObject({
      schemaVersion: 1,
      runs: [{ pack: 'compact', engine: 'opencv' }],
      labels: { faces: 2, bad: [], duplicates: [], withoutRecord: [] },
      pictures: { labelled: 3, failed: 0 },
      detection: { extra: 0 },
      overall: { gender: { accuracy: { count: 2, of: 2 } }, ageGroup: { exact: { count: 1, of: 2 } } },
      breakdowns: [{ column: 'gender' }, { column: 'ageGroup' }, { column: 'source' }],
    });
    for (const form of ['--json', '--markdown']) {
      const first = await run(form);
      expect(first).toMatchObject({ code: 0, stderr: '' });
      expect(await run(form)).toEqual(first);
    }
    expect((await run('--markdown')).stdout).toMatch(/^## Evaluation of compact\n\n### Evaluation data\n/);
  });

  it('takes a run’s own faces.csv, and labels from stdin', async () => {
    const input = readFileSync(path.join(cwd, 'out/faces.csv'));
    const flags = [
      '--labels',
      '-',
      '--min',
      'recall=1',
      '--min',
      'precision=1',
      '--min',
      'gender-accuracy=1',
    ];
    const ran = await facetag(['eval', 'out', ...flags, '--min', 'age-exact=1'], { cwd, input });
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(ran.stdout).toContain('2 faces in 3 pictures');
  });

  it('reads the labels of a merged folder', async () => {
    await facetag(['merge', 'out', '-o', 'merged', '-q'], { cwd });
    const ran = await facetag(['eval', 'merged', '--labels', 'labels.csv'], { cwd });
    expect(ran).toEqual(await run());
  });
});

describe('labels that are left out', () => {
  it('are named, ten of a kind, and counted', async () => {
    const gone = Array.from({ length: 12 }, (_, at) => `gone-${at}.jpg,M,,1,2,3,4,`);
    write([...LABELS, 'camera.png,X,,1,2,3,4,', 'camera.png,M,31,202,119,53,80,', ...gone]);
    const ran = await run();
    expect(ran.code).toBe(0);
    expect(ran.stdout).toContain('left out         1 bad row, 1 duplicate, 12 pictures without a record\n');
    const lines = ran.stderr.trimEnd().split('\n');
    expect(lines).toHaveLength(13);
    expect(lines.slice(0, 3)).toEqual([
      'warning: Left out line 5 of labels.csv: Expected M, F, Male or Female for gender, received "X"',
      'warning: Left out line 6 of labels.csv: camera.png: the same box as in line 3',
      'warning: Left out the labels of gone-0.jpg, which has no record',
    ]);
    expect(lines.at(-1)).toBe('warning: Left out 2 more pictures without a record of labels.csv');
    expect(await run('-q', '--max', 'label-problems=0')).toMatchObject({
      code: 3,
      stderr: 'misses --max label-problems=0: it is 14\n',
    });
  });

  it('leave nothing to compare when they are all', async () => {
    write(['image,gender', 'photos/camera.png,M']);
    const ran = await run();
    expect(ran).toMatchObject({ code: 2, stdout: '' });
    expect(ran.stderr).toBe(
      `error: Expected labels of pictures of ${cwd}/out for labels.csv, received "labels of photos/camera.png and others"\n` +
        'The folder names its pictures astronaut.png\nRun facetag eval --help for what it takes\n',
    );
    write(['image,gender', 'camera.png,man']);
    expect((await run()).stderr).toContain(
      '\nLine 2: Expected M, F, Male or Female for gender, received "man"\n',
    );
  });
});

describe('--min and --max', () => {
  it('pass silently', async () => {
    expect(await run('--min', 'gender-accuracy=0.9', '--max', 'age-mae=20')).toMatchObject({
      code: 0,
      stderr: '',
    });
  });

  it('exit 3 and name each figure that misses', async () => {
    const flags = ['--min', 'age-exact=0.9', '--max', 'age-mae=1', '--max', 'gender-gap=0.1'];
    const ran = await run('--log-format', 'json', '-q', ...flags);
    expect(ran.code).toBe(3);
    expect(ran.stdout).toContain('\nGender\n');
    const { mae } = (await reportOf()).overall.ageYears ?? {};
    expect(eventsOf('gate-missed', ran.stderr)).toMatchObject([
      { level: 'error', figure: 'age-exact', bound: 'min', limit: 0.9, value: 0.5 },
      { figure: 'age-mae', bound: 'max', limit: 1, value: mae?.value },
      { figure: 'gender-gap', bound: 'max', limit: 0.1 },
    ]);
  });

  it('come from the environment, one a line', async () => {
    const env = { FACETAG_MIN: 'recall=1\nage-exact=0.9', FACETAG_LABELS: 'labels.csv' };
    const ran = await facetag(['eval', 'out'], { cwd, env });
    expect(ran).toMatchObject({ code: 3, stderr: 'misses --min age-exact=0.9: it is 0.5\n' });
  });
});

describe('a wrong command line of eval', () => {
  it.each<[string, string[], string]>([
    ['a figure', ['--min', 'gender=0.9'], 'Expected <figure>=<number>, of recall, precision,'],
    ['a column', ['--by', 'camera'], 'for --by, received "camera"'],
    ['a file', ['--labels', 'none.csv'], 'Expected a readable table (ENOENT'],
    ['two forms', ['--json', '--markdown'], 'Expected one of --json and --markdown'],
    ['an overlap', ['--iou', '0'], 'for --iou, received "0"'],
    ['a rule', ['--match', 'first'], 'Expected one of central, largest for --match'],
  ])('with %s', async (_, flags, message) => {
    const ran = await run(...flags);
    expect(ran).toMatchObject({ code: 2, stdout: '' });
    expect(ran.stderr).toContain(message);
  });

  it('without labels or an output folder', async () => {
    const bare = await facetag(['eval', 'out'], { cwd });
    expect(bare).toMatchObject({ code: 2 });
    expect(bare.stderr).toContain('Expected a CSV file of labels for --labels or FACETAG_LABELS');
    const none = await facetag(['eval', 'nowhere', '--labels', 'labels.csv'], { cwd });
    expect(none).toMatchObject({ code: 2 });
    expect(none.stderr).toContain('Expected an output folder of facetag for facetag eval');
  });
});
