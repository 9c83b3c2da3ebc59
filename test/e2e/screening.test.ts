import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { encoded, FIXTURES } from '../pictures/made-picture.js';
import { contents, facetag, temporaryFolder } from './cli.js';
import { eventsOf, recordsIn } from './outcome.js';

const JSON_LOG = ['--log-format', 'json'];

let cwd: string;

beforeEach(() => {
  cwd = temporaryFolder();
  cpSync(FIXTURES, path.join(cwd, 'photos/2024'), { recursive: true });
  writeFileSync(path.join(cwd, 'photos/broken.jpg'), 'text');
});

const run = (...args: string[]) => facetag(['photos', ...args], { cwd });

/** The pictures that a run lists as matching. */
async function screened(expression: string, ...flags: string[]): Promise<[number | null, string[]]> {
  const { code, stderr } = await run('--fail-if', expression, ...flags, ...JSON_LOG);
  return [code, eventsOf('screened', stderr).map(({ image }) => image)];
}

describe('a damaged JPEG that decoders let pass', () => {
  it('is found by its warnings with --thorough, and good ones have none', async () => {
    const jpeg = await encoded((image) => image.jpeg({ optimiseCoding: false }));
    const half = Math.floor(jpeg.length / 2);
    const doubled = Buffer.concat([jpeg.subarray(0, half), jpeg.subarray(half - 3000)]);
    writeFileSync(path.join(cwd, 'photos/doubled.jpg'), doubled);
    expect(await screened('warnings > 0', '--thorough')).toEqual([3, ['doubled.jpg']]);
    const record = readFileSync(path.join(cwd, 'facetag-out/json/doubled.jpg.json'), 'utf8');
    expect(record).toContain('belong to no pixel');
    // Without the flag the picture is judged by what the decoder says, so that it is tagged anew.
    expect(await screened('warnings > 0')).toEqual([1, []]);
  });
});

describe('--fail-if', () => {
  it('exits 3 and lists the pictures that match, unchanged ones too', async () => {
    const ran = await run('--fail-if', 'any(gender == "Female") || status == "failed"');
    expect(ran).toMatchObject({ code: 3, stdout: '' });
    const listed = ran.stderr.match(/(?<=matches --fail-if ).*/g);
    expect(listed).toEqual(['2024/astronaut.png', 'broken.jpg']);
    expect(ran.stderr).toContain('2 matched --fail-if');

    expect(await screened('females > 0')).toEqual([3, ['2024/astronaut.png']]);
    expect(await screened('faces == 0')).toEqual([3, ['2024/home.jpg', 'broken.jpg']]);
    expect(await screened('width > 1e6 || count(minAge >= 100) > 0')).toEqual([1, []]);
    expect(await screened('all(confidence > 0.1) && faces > 0', '-q')).toEqual([
      3,
      ['2024/astronaut.png', '2024/camera.png'],
    ]);
  });

  it('does not care what --where shows', async () => {
    const [code, images] = await screened('males > 0', '--where', 'females > 0', '-f', 'jsonl');
    expect([code, images]).toEqual([3, ['2024/camera.png']]);
    expect(recordsIn(path.join(cwd, 'facetag-out')).map(({ image }) => image)).toEqual([
      '2024/astronaut.png',
    ]);
  });

  it('screens a stream, too', async () => {
    const ran = await run('--jsonl', '--where', 'faces > 0', '--fail-if', 'status == "failed"');
    expect(ran.code).toBe(3);
    expect(ran.stdout.match(/(?<="image":")[^"]+/g)).toEqual(['2024/astronaut.png', '2024/camera.png']);
  });
});

describe('--where', () => {
  it('thins the tables and nothing else: a run without it shows all again', async () => {
    await run('-f', 'csv,jsonl');
    const all = contents(path.join(cwd, 'facetag-out'));
    const thin = await run('-f', 'csv,jsonl', '--where', 'status == "failed"');
    expect(thin.stderr).toContain('4 pictures');
    const output = contents(path.join(cwd, 'facetag-out'));
    expect(output.get('faces.csv')?.split('\r\n')[1]).toMatch(/^broken\.jpg,failed/);
    expect(recordsIn(path.join(cwd, 'facetag-out')).length).toBe(1);
    await run('-f', 'csv,jsonl');
    expect(contents(path.join(cwd, 'facetag-out'))).toEqual(all);
  });
});

describe('a bad expression', () => {
  it.each([
    ['--fail-if', 'faces > ', /\n {2}faces > \n {10}\^ /],
    ['--where', 'any(smile > 1)', /\n {2}any\(smile > 1\)\n {6}\^ expected one of .*faces/],
    ['--where', 'gender == "Female"', /\n {2}gender == "Female"\n {2}\^ .*any/],
    ['--fail-if', 'process.exit()', /\n {2}process\.exit\(\)\n {2}/],
  ])('%s %j ends the run before it starts and points at the place', async (flag, expression, place) => {
    mkdirSync(path.join(cwd, 'out'));
    const ran = await run(flag, expression, '-o', 'out');
    expect(ran).toMatchObject({ code: 2, stdout: '' });
    expect(ran.stderr).toContain(`for ${flag}`);
    expect(ran.stderr).toMatch(place);
    expect(contents(path.join(cwd, 'out')).size).toBe(0);
  });
});
