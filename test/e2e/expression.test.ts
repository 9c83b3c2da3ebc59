import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PictureRecord } from '../../src/core/report.js';
import { FIXTURES } from '../pictures/made-picture.js';
import { bin, contents, facetag, hermetic } from './cli.js';
import { copyPackage } from './package-copy.js';

const ASKED = ['--attributes', 'gender,age,expression'];

/** One for all: `asked` and `plain` are output folders of runs over the fixtures, with expressions and without. */
const cwd = mkdtempSync(path.join(tmpdir(), 'facetag-test-'));
const inCwd = (...args: string[]) => facetag(args, { cwd });

beforeAll(() => {
  const run = (...args: string[]) => execFileSync(process.execPath, [bin, ...args], { cwd, env: hermetic() });
  run(FIXTURES, '-o', 'plain', '-q');
  run(FIXTURES, '-o', 'asked', '-q', '-f', 'csv,jsonl', ...ASKED);
});

afterAll(() => {
  rmSync(cwd, { recursive: true, force: true });
});

const read = (...file: string[]): string => readFileSync(path.join(cwd, ...file), 'utf8');
const recordOf = (output: string, image: string): PictureRecord =>
  JSON.parse(read(output, 'json', `${image}.json`)) as PictureRecord;

describe('a run that is not asked for expressions', () => {
  it('has the key of earlier versions, so that what they tagged stays as it is', () => {
    // Changed on purpose, these make every picture of every output folder be done again.
    expect(recordOf('plain', 'astronaut.png').run).toEqual({
      pack: 'compact',
      models: 'sha256:c51e2f0f7640468ed90b4e4ecfe697e4aca79acbc64399315297cafae8b42ebe',
      settings: 'sha256:75312cb50904d9bc5b7d18db03eb76e530929466dd1557dcf184e692ada1183a',
      engine: 'opencv',
    });
  });

  it('has no word of them in any file', () => {
    for (const [file, text] of contents(path.join(cwd, 'plain')))
      expect(text, file).not.toMatch(/[",]expression/);
  });

  it('does without the net, which a run that asks for them names with its remedy', async () => {
    const folder = copyPackage();
    rmSync(path.join(folder, 'models/compact/face-expression.onnx'));
    const command = path.join(folder, 'bin/facetag.js');
    const picture = path.join(FIXTURES, 'astronaut.png');
    const plain = await facetag([picture, '--jsonl'], { command });
    expect(plain.code).toBe(0);
    expect(JSON.parse(plain.stdout)).toEqual(recordOf('plain', 'astronaut.png'));
    const asked = await facetag([picture, '--jsonl', ...ASKED], { command });
    expect(asked).toMatchObject({ code: 2, stdout: '' });
    expect(asked.stderr).toMatch(/lacks face-expression\.onnx in .*\nInstall it with: facetag setup/);
  });

  it.each(['--where', '--fail-if'])(
    'refuses a rule about them for %s, which would never hold',
    async (flag) => {
      const ran = await inCwd(FIXTURES, '--jsonl', flag, "any(expression == 'happy')");
      expect(ran).toMatchObject({ code: 2, stdout: '' });
      expect(ran.stderr).toContain('--attributes gender,age,expression tells it');
    },
  );
});

describe('--attributes gender,age,expression', () => {
  it('adds what a face shows to its record, and changes nothing else of it', () => {
    const [plain, asked] = [recordOf('plain', 'astronaut.png'), recordOf('asked', 'astronaut.png')];
    const [{ expression, expressionConfidence = 0, ...rest } = {}] = asked.faces;
    expect(expression).toBe('happy');
    expect(expressionConfidence).toBeGreaterThan(0.9);
    expect([rest]).toEqual(plain.faces);
    expect(asked.run.models).not.toBe(plain.run.models);
    expect(asked.run.settings).not.toBe(plain.run.settings);
    expect(recordOf('asked', 'camera.png').faces[0]?.expression).toBe('neutral');
  });

  it('adds two columns to the table, and fields to the lines', () => {
    const [header, first] = read('asked', 'faces.csv').split('\r\n');
    expect(header).toMatch(/,quality,expression,expressionConfidence,error$/);
    expect(first).toMatch(/^astronaut\.png,.*,happy,[01][.\d]*,$/);
    expect(read('asked', 'faces.jsonl')).toContain('"expression":"neutral"');
  });

  it('is what an earlier record must have been asked for, too, in any order', async () => {
    const again = await inCwd(FIXTURES, '-o', 'asked', '--attributes', 'expression,gender,age');
    expect(again.stderr).toContain('0 tagged, 3 unchanged');
    const settings = { FACETAG_ATTRIBUTES: 'gender,age,expression' };
    const other = await facetag([FIXTURES, '-o', 'plain', '-n'], { cwd, env: settings });
    expect(other.stdout).not.toContain('unchanged');
  });

  it('screens and gives the same on both engines', async () => {
    const rule = ['--fail-if', "any(expression == 'HAPPY' && expressionConfidence > 0.5)"];
    const ran = await inCwd(FIXTURES, '--jsonl', '--engine', 'onnxruntime', ...ASKED, ...rule);
    expect(ran.code).toBe(3);
    const faces = ran.stdout
      .trimEnd()
      .split('\n')
      .flatMap((line) => (JSON.parse(line) as PictureRecord).faces);
    expect(faces.map(({ expression }) => expression)).toEqual(['happy', 'neutral']);
  });

  it('can be half of a folder: the table has room for both', async () => {
    mkdirSync(path.join(cwd, 'pictures'));
    for (const name of ['astronaut.png', 'camera.png']) {
      copyFileSync(path.join(FIXTURES, name), path.join(cwd, 'pictures', name));
    }
    const base = ['-o', 'half', '-q', '--base', 'pictures'];
    await inCwd('pictures/astronaut.png', ...base);
    expect(read('half', 'faces.csv')).not.toContain('expression');
    await inCwd('pictures/camera.png', ...base, ...ASKED);
    const rows = read('half', 'faces.csv').trimEnd().split('\r\n');
    expect(rows.map((row) => row.split(',').length)).toEqual([19, 19, 19]);
    expect(rows[1]).toMatch(/,,,$/);
    expect(rows[2]).toMatch(/,neutral,[\d.]+,$/);
  });
});

describe('what reads the results', () => {
  it('holds expressions against labels, with a gate', async () => {
    writeFileSync(path.join(cwd, 'labels.csv'), 'image,expression\nastronaut.png,happy\ncamera.png,sad\n');
    const evaluation = ['eval', 'asked', '--labels', 'labels.csv'];
    const met = await inCwd(...evaluation, '--min', 'expression-accuracy=0.5');
    expect(met.code).toBe(0);
    expect(met.stdout).toMatch(/\nExpression\n(.*\n)*? +accuracy +50\.0 %/);
    expect((await inCwd(...evaluation, '--min', 'expression-recall-sad=0.1')).code).toBe(3);
  });

  it('hands them on, and shows them', async () => {
    expect((await inCwd('export', 'asked', '--to', 'cvat', '-o', 'cvat')).code).toBe(0);
    expect(read('cvat', 'annotations.xml')).toContain('<attribute name="expression">happy</attribute>');
    const report = await inCwd('report', 'asked', '--where', "any(expression == 'happy')");
    expect(report.code).toBe(0);
    expect(read('asked', 'report', 'index.html')).toContain('<option value="happy">happy (1)</option>');
  });
});
