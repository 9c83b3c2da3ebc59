import { spawnSync } from 'node:child_process';
import {
  cpSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { USUAL_CSV } from '../../src/core/csv.js';
import type { PictureRecord } from '../../src/core/report.js';
import { FIXTURES } from '../pictures/made-picture.js';
import { bin, contents, facetag, hermetic, temporaryFolder } from './cli.js';

const IMAGES = ['astronaut.png', 'camera.png', 'home.jpg'];

function recordsIn(output: string): PictureRecord[] {
  return IMAGES.map(
    (image) => JSON.parse(readFileSync(path.join(output, 'json', `${image}.json`), 'utf8')) as PictureRecord,
  );
}

describe('facetag <folder>', () => {
  it('tags the fixtures: a woman, a man, an empty house', async () => {
    const output = path.join(temporaryFolder(), 'out');
    const ran = await facetag([FIXTURES, '-o', output]);
    expect(ran).toMatchObject({ code: 0, stdout: '' });
    expect(ran.stderr).toMatch(/^3 pictures: .*\n2 faces: 1 female, 1 male; ages .*\n/m);
    const [astronaut, camera, home] = recordsIn(output);
    expect(astronaut?.faces).toMatchObject([{ gender: 'Female' }]);
    expect(camera?.faces).toMatchObject([{ gender: 'Male' }]);
    expect(home).toMatchObject({ status: 'ok', faces: [] });

    const rows = readFileSync(path.join(output, 'faces.csv'), 'utf8').split('\r\n');
    expect(`${rows[0] ?? ''}\r\n`).toBe(USUAL_CSV.header);
    expect(rows[1]).toMatch(/^astronaut\.png,ok,512,512,0,.*,Female,/);
    expect(rows[2]).toMatch(/^camera\.png,ok,512,512,0,.*,Male,/);
    expect(rows[3]).toBe(`home.jpg,ok,${home?.width},${home?.height},,,,,,,,,,,,,`);
    expect(rows[4]).toBe('');
  });

  it('gives the same bytes with one lane or two, and on a second run', async () => {
    const folder = temporaryFolder();
    const [one, two] = [path.join(folder, 'one'), path.join(folder, 'two')];
    const flags = ['-f', 'csv,jsonl', '--annotate'];
    expect(await facetag([FIXTURES, '-o', one, '-j', '1', ...flags])).toMatchObject({ code: 0 });
    expect(await facetag([FIXTURES, '-o', two, '-j', '2', ...flags])).toMatchObject({ code: 0 });
    const first = contents(one);
    expect([...first.keys()]).toEqual([
      ...IMAGES.map((image) => `annotated/${image}`),
      'faces.csv',
      'faces.jsonl',
      'facetag.json',
      ...IMAGES.map((image) => `json/${image}.json`),
    ]);
    expect(contents(two)).toEqual(first);

    const again = await facetag([FIXTURES, '-o', one, ...flags]);
    expect(again.code).toBe(0);
    expect(again.stderr).toContain('0 tagged, 3 unchanged');
    expect(contents(one)).toEqual(first);
  });

  it('skips what is unchanged, even when touched, and redoes what changed', async () => {
    const folder = temporaryFolder();
    const photos = path.join(folder, 'photos');
    cpSync(FIXTURES, photos, { recursive: true });
    expect((await facetag(['photos'], { cwd: folder })).code).toBe(0);

    utimesSync(path.join(photos, 'home.jpg'), 1, 1);
    const touched = await facetag(['photos'], { cwd: folder });
    expect(touched.stderr).toContain('0 tagged, 3 unchanged');

    cpSync(path.join(photos, 'astronaut.png'), path.join(photos, 'camera.png'));
    const changed = await facetag(['photos'], { cwd: folder });
    expect(changed.stderr).toContain('1 tagged, 2 unchanged');
    expect(recordsIn(path.join(folder, 'facetag-out'))[1]?.faces).toMatchObject([{ gender: 'Female' }]);

    const other = await facetag(['photos', '--min-confidence', '0.6'], { cwd: folder });
    expect(other.stderr).toContain('3 tagged, 0 unchanged');
    const forced = await facetag(['photos', '--min-confidence', '0.6', '--force'], { cwd: folder });
    expect(forced.stderr).toContain('3 tagged, 0 unchanged');
  });

  it('redoes records of an older format, says so once, and never puts them into tables', async () => {
    const folder = temporaryFolder();
    cpSync(FIXTURES, path.join(folder, 'photos', 'a'), { recursive: true });
    cpSync(FIXTURES, path.join(folder, 'photos', 'b'), { recursive: true });
    expect((await facetag(['photos'], { cwd: folder })).code).toBe(0);
    const output = path.join(folder, 'facetag-out');
    const fresh = contents(output);
    for (const file of [...fresh.keys()].filter((name) => name.endsWith('.json') && name.includes('/'))) {
      const full = path.join(output, file);
      const { mtime } = statSync(full);
      const text = readFileSync(full, 'utf8').replace('"schemaVersion": 2', '"schemaVersion": 1');
      writeFileSync(full, text.replace(/ {2}"orientation": \d,\n/, ''));
      utimesSync(full, mtime, mtime);
    }
    const part = await facetag(['photos/a', '--base', 'photos', '--summary', 's.json'], { cwd: folder });
    expect(part.code).toBe(0);
    expect(part.stderr.match(/format/g)).toHaveLength(2);
    expect(part.stderr).toContain('3 pictures are redone because the record format changed\n');
    expect(part.stderr).toContain('3 records in another version of the format left out of the tables');
    expect(readFileSync(path.join(output, 'faces.csv'), 'utf8')).not.toContain('b/');
    expect(JSON.parse(readFileSync(path.join(folder, 's.json'), 'utf8'))).toMatchObject({ reformatted: 3 });
    expect((await facetag(['photos'], { cwd: folder })).stderr).toContain('3 tagged, 3 unchanged');
    expect(contents(output)).toEqual(fresh);
  });

  it('never takes its own output for pictures', async () => {
    const folder = temporaryFolder();
    cpSync(FIXTURES, folder, { recursive: true });
    expect((await facetag(['.', '--annotate'], { cwd: folder })).code).toBe(0);
    const again = await facetag(['.', '--annotate'], { cwd: folder });
    expect(again.stderr).toContain('3 pictures');
  });

  it('redraws a missing copy without inference', async () => {
    const output = path.join(temporaryFolder(), 'out');
    await facetag([FIXTURES, '-o', output, '--annotate']);
    const before = contents(output);
    rmSync(path.join(output, 'annotated'), { recursive: true });
    const ran = await facetag([FIXTURES, '-o', output, '--annotate']);
    expect(ran.stderr).toContain('3 redrawn');
    expect(contents(output)).toEqual(before);
  });

  it('names a picture below its base folder and remembers the base', async () => {
    const folder = temporaryFolder();
    for (const year of ['2023', '2024'])
      cpSync(FIXTURES, path.join(folder, 'photos', year), { recursive: true });
    const run = (...args: string[]) => facetag(args, { cwd: folder });
    expect((await run('photos/2023', '--base', 'photos')).code).toBe(0);
    const whole = await run('photos');
    expect(whole.stderr).toContain('3 tagged, 3 unchanged');
    const table = readFileSync(path.join(folder, 'facetag-out/faces.csv'), 'utf8');
    expect(table.match(/^20\d\d\/astronaut\.png/gm)).toEqual(['2023/astronaut.png', '2024/astronaut.png']);

    // A run over a part never shrinks the tables.
    expect((await run('photos/2024', '--force')).code).toBe(0);
    expect(readFileSync(path.join(folder, 'facetag-out/faces.csv'), 'utf8')).toBe(table);

    mkdirSync(path.join(folder, 'elsewhere'));
    cpSync(path.join(FIXTURES, 'home.jpg'), path.join(folder, 'elsewhere/home.jpg'));
    const outside = await run('elsewhere', '--base', 'photos');
    expect(outside.code).toBe(2);
    expect(outside.stderr).toContain(path.join(folder, 'photos'));
    expect(outside.stderr).toContain(path.join(folder, 'elsewhere'));
  });

  it('prunes results whose picture is gone, and only when asked', async () => {
    const folder = temporaryFolder();
    cpSync(FIXTURES, path.join(folder, 'photos'), { recursive: true });
    await facetag(['photos', '--annotate'], { cwd: folder });
    rmSync(path.join(folder, 'photos/home.jpg'));
    await facetag(['photos'], { cwd: folder });
    expect(contents(path.join(folder, 'facetag-out')).has('json/home.jpg.json')).toBe(true);
    const pruned = await facetag(['photos', '--prune'], { cwd: folder });
    expect(pruned.stderr).toContain('1 pruned');
    const left = contents(path.join(folder, 'facetag-out'));
    expect([...left.keys()].filter((file) => file.includes('home'))).toEqual([]);
    expect(left.get('faces.csv')).not.toContain('home.jpg');
  });
});

describe('facetag --jsonl', () => {
  it('streams a record per picture in input order and writes nothing', async () => {
    const folder = temporaryFolder();
    const ran = await facetag([FIXTURES, '--jsonl'], { cwd: folder });
    expect(ran.code).toBe(0);
    const records = ran.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as PictureRecord);
    expect(records.map(({ image }) => image)).toEqual(IMAGES);
    expect(contents(folder).size).toBe(0);
  });

  it('streams skipped pictures too when it also writes', async () => {
    const output = path.join(temporaryFolder(), 'out');
    const first = await facetag([FIXTURES, '--jsonl', '-o', output]);
    const second = await facetag([FIXTURES, '--jsonl', '-o', output]);
    expect(second.stderr).toContain('3 unchanged');
    expect(second.stdout).toBe(first.stdout);
  });

  it('shows only what --where matches, while the ledger keeps all', async () => {
    const output = path.join(temporaryFolder(), 'out');
    const ran = await facetag([FIXTURES, '--jsonl', '-o', output, '--where', 'females > 0']);
    expect(ran.stdout.match(/"image":"[^"]+"/g)).toEqual(['"image":"astronaut.png"']);
    const files = contents(output);
    expect(files.get('faces.csv')).not.toContain('camera.png');
    expect(files.has('json/camera.png.json')).toBe(true);
  });
});

describe('facetag --dry-run', () => {
  it('lists what would be done and writes nothing', async () => {
    const folder = temporaryFolder();
    const fresh = await facetag([FIXTURES, '-n'], { cwd: folder });
    expect(fresh).toMatchObject({ code: 0, stdout: IMAGES.map((image) => `tag\t${image}\n`).join('') });
    expect(contents(folder).size).toBe(0);

    await facetag([FIXTURES], { cwd: folder });
    const output = contents(folder);
    const again = await facetag([FIXTURES, '-n', '--annotate'], { cwd: folder });
    expect(again.stdout).toBe(IMAGES.map((image) => `redraw\t${image}\n`).join(''));
    const json = await facetag([FIXTURES, '-n', '--jsonl', '-o', 'facetag-out'], { cwd: folder });
    expect(json.stdout.split('\n')[0]).toBe('{"image":"astronaut.png","action":"skip"}');
    expect(contents(folder)).toEqual(output);
  });
});

describe('lists of paths', () => {
  it.each([
    ['newlines', '\n', []],
    ['NUL', '\0', ['-0']],
  ])('are read from stdin, separated by %s', async (_, separator, flags) => {
    const input = ['home.jpg', 'camera.png'].map((name) => path.join(FIXTURES, name)).join(separator);
    const ran = await facetag(['--files-from', '-', ...flags, '--jsonl'], { input });
    expect(ran.code).toBe(0);
    expect(ran.stdout.match(/"image":"[^"]+"/g)).toEqual(['"image":"camera.png"', '"image":"home.jpg"']);
  });
});

describe('--summary and --log-format json', () => {
  it('tell the same totals', async () => {
    const folder = temporaryFolder();
    const ran = await facetag([FIXTURES, '--summary', 'totals.json', '--log-format', 'json'], {
      cwd: folder,
    });
    const summary = JSON.parse(readFileSync(path.join(folder, 'totals.json'), 'utf8')) as object;
    expect(summary).toMatchObject({ pictures: 3, processed: 3, faces: 2, failed: 0, exitCode: 0 });
    const events = ran.stderr
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { event: string; summary?: object });
    expect(events.at(0)).toMatchObject({ event: 'run-start', pictures: 3, pack: 'compact' });
    expect(events.at(-1)).toMatchObject({ event: 'run-end', summary });
  });
});

describe('--summary /dev/stderr', () => {
  it('goes behind the messages in the file that stderr is, whose name is a link not to be replaced', () => {
    const folder = temporaryFolder();
    const line = `"$0" "$1" "$2" --summary /dev/stderr 2> messages`;
    const args = [process.execPath, bin, path.join(FIXTURES, 'home.jpg')];
    const { status } = spawnSync('sh', ['-c', line, ...args], { cwd: folder, env: hermetic() });
    expect(status).toBe(0);
    const messages = readFileSync(path.join(folder, 'messages'), 'utf8');
    expect(messages).toMatch(/^1 picture, .*^1 picture: .*^0 faces$.*^\{\n {2}"schemaVersion": 1,.*\}\n$/ms);
    expect(lstatSync('/dev/stderr').isSymbolicLink()).toBe(true);
  });
});

describe('annotated copies', () => {
  it('that cannot be drawn leave the record of their picture as it was', async () => {
    const folder = temporaryFolder();
    const output = path.join(folder, 'facetag-out');
    await facetag([FIXTURES], { cwd: folder });
    const before = contents(output);

    const flags = ['--annotate', '--max-pixels', '1000'];
    const failing = await facetag([FIXTURES, ...flags, '--summary', 'totals.json'], { cwd: folder });
    expect(failing.code).toBe(1);
    expect(failing.stderr).toMatch(/^no copy of astronaut\.png in annotated: TOO_LARGE: /m);
    expect(failing.stderr).toContain('3 pictures: 0 tagged, 3 unchanged, 0 failed, 3 copies not drawn');
    const summary = JSON.parse(readFileSync(path.join(folder, 'totals.json'), 'utf8')) as object;
    expect(summary).toMatchObject({ skipped: 3, redrawn: 0, copiesFailed: 3, failed: 0, exitCode: 1 });
    expect(contents(output)).toEqual(before);

    const quiet = await facetag([FIXTURES, ...flags, '-q'], { cwd: folder });
    expect(quiet).toMatchObject({ code: 1 });
    expect(quiet.stderr).toContain('no copy of home.jpg in annotated: TOO_LARGE');
    expect((await facetag([FIXTURES, '--annotate'], { cwd: folder })).code).toBe(0);
  });

  it('that cannot be written cost neither the faces nor the other copies', async () => {
    const folder = temporaryFolder();
    const output = path.join(folder, 'facetag-out');
    cpSync(path.join(FIXTURES, 'astronaut.png'), path.join(folder, 'photos/sub/a.png'));
    cpSync(path.join(FIXTURES, 'home.jpg'), path.join(folder, 'photos/home.jpg'));
    mkdirSync(path.join(output, 'annotated'), { recursive: true });
    writeFileSync(path.join(output, 'annotated/sub'), 'a file where a folder belongs');
    const ran = await facetag(['photos', '--annotate'], { cwd: folder });
    expect(ran.code).toBe(1);
    expect(ran.stderr).toMatch(/^no copy of sub\/a\.png in annotated: WRITE_FAILED: /m);
    expect(ran.stderr).toContain('2 pictures: 2 tagged, 0 unchanged, 0 failed, 1 copy not drawn');
    const files = contents(output);
    expect(files.get('faces.csv')).toMatch(/^sub\/a\.png,ok,/m);
    expect([...files.keys()]).toContain('annotated/home.jpg');
  });

  it('that an unannotated rerun outdates are removed, not left stale', async () => {
    const folder = temporaryFolder();
    const photo = path.join(folder, 'photos/a.png');
    mkdirSync(path.dirname(photo));
    cpSync(path.join(FIXTURES, 'astronaut.png'), photo);
    await facetag(['photos', '--annotate'], { cwd: folder });
    writeFileSync(photo, readFileSync(path.join(FIXTURES, 'camera.png')));
    await facetag(['photos'], { cwd: folder });
    expect([...contents(path.join(folder, 'facetag-out')).keys()]).not.toContain('annotated/a.png');
  });
});
