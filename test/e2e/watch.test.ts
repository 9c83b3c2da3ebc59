import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { PictureRecord } from '../../src/core/report.js';
import { FIXTURES } from '../pictures/made-picture.js';
import { contents, facetag, launch, membersOf, temporaryFolder, until, type Running } from './cli.js';
import { smallPictures } from './small-pictures.js';

let cwd: string;
let inbox: string;

beforeEach(() => {
  cwd = temporaryFolder();
  inbox = path.join(cwd, 'inbox');
  mkdirSync(inbox);
});

const SETTLE = '0.3';

async function watch(...flags: string[]): Promise<Running> {
  const run = launch(['inbox', '-o', 'out', '--watch', '--settle', SETTLE, ...flags], { cwd, group: true });
  await until(() => existsSync(path.join(cwd, 'out/faces.csv')), 'the first round is done');
  return run;
}

async function end(run: Running, signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
  run.child.kill(signal);
  const { code } = await run.ended;
  expect(membersOf(run.pid)).toEqual([]);
  return code;
}

const arrive = (fixture: string, name: string): void => {
  copyFileSync(path.join(FIXTURES, fixture), path.join(inbox, name));
};
/** A picture that has long been there when the watch begins. */
const stand = (fixture: string, name: string): void => {
  arrive(fixture, name);
  utimesSync(path.join(inbox, name), new Date('2020-01-01'), new Date('2020-01-01'));
};
const recordFile = (image: string): string => path.join(cwd, 'out/json', `${image}.json`);
const record = (image: string): PictureRecord =>
  JSON.parse(readFileSync(recordFile(image), 'utf8')) as PictureRecord;
const table = (): string => readFileSync(path.join(cwd, 'out/faces.csv'), 'utf8');
const isListed = (image: string) => (): boolean => table().includes(`\n${image},`);

describe('--watch', () => {
  it('tags what is there, then what arrives, in new folders too, and leaves what an ordinary run would', async () => {
    stand('home.jpg', 'there.jpg');
    const run = await watch();
    expect(isListed('there.jpg')()).toBe(true);
    arrive('astronaut.png', 'new.png');
    await until(isListed('new.png'), 'the new one is in the table');
    mkdirSync(path.join(inbox, 'a/b'), { recursive: true });
    await new Promise((resolve) => setTimeout(resolve, 500));
    arrive('camera.png', 'a/b/deep.png');
    await until(isListed('a/b/deep.png'), 'the one in a new folder is in the table');
    expect(await end(run)).toBe(143);
    expect(run.stderr()).toMatch(/^new\.png: 1 face: Female \d+ %, \d+ years$/m);
    expect(run.stderr()).toMatch(/^a\/b\/deep\.png: 1 face: /m);
    expect(run.stderr()).not.toMatch(/^there\.jpg/m);
    await facetag(['inbox', '-o', 'plain'], { cwd });
    expect(contents(path.join(cwd, 'out'))).toEqual(contents(path.join(cwd, 'plain')));
  });

  it('tags again what changes, and a picture that is moved over another', async () => {
    stand('home.jpg', 'a.jpg');
    const run = await watch();
    expect(record('a.jpg').faces).toHaveLength(0);
    arrive('astronaut.png', 'a.jpg');
    await until(() => record('a.jpg').faces.length === 1, 'it is tagged again');
    copyFileSync(path.join(FIXTURES, 'home.jpg'), path.join(cwd, 'elsewhere.jpg'));
    renameSync(path.join(cwd, 'elsewhere.jpg'), path.join(inbox, 'a.jpg'));
    await until(() => record('a.jpg').faces.length === 0, 'it is tagged a third time');
    expect(await end(run, 'SIGINT')).toBe(130);
  });

  it('waits for an upload that takes its time, and never has a record of half of it', async () => {
    const run = await watch('-v');
    const bytes = readFileSync(path.join(FIXTURES, 'astronaut.png'));
    const piece = Math.ceil(bytes.length / 12);
    for (let at = 0; at < bytes.length; at += piece) {
      appendFileSync(path.join(inbox, 'slow.png'), bytes.subarray(at, at + piece));
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(existsSync(recordFile('slow.png'))).toBe(false);
    }
    await until(isListed('slow.png'), 'the whole is tagged');
    expect(record('slow.png').faces).toHaveLength(1);
    await end(run);
    expect(run.stderr()).not.toMatch(/failed slow.png/);
  });

  it('leaves names of unfinished downloads alone until they are renamed', async () => {
    const run = await watch();
    for (const ending of ['.part', '.crdownload', '.filepart', '.tmp'])
      arrive('astronaut.png', `a.png${ending}`);
    arrive('home.jpg', 'last.jpg');
    await until(isListed('last.jpg'), 'the other one is tagged');
    expect(table().split('\n')).toHaveLength(3);
    renameSync(path.join(inbox, 'a.png.part'), path.join(inbox, 'a.png'));
    await until(isListed('a.png'), 'the renamed one is tagged');
    expect(record('a.png').faces).toHaveLength(1);
    await end(run);
  });

  it('takes a burst of 200, each once', async () => {
    const run = await watch('-v');
    await smallPictures(inbox, 200);
    await until(() => table().trimEnd().split('\n').length === 201, 'all are in the table', 90_000);
    await end(run);
    const { stderr } = await run.ended;
    expect(stderr).toMatch(/^200 pictures: 200 tagged, 0 unchanged/m);
  });

  it('tells of a broken picture, goes on, and takes it again when it is mended', async () => {
    const run = await watch('-q');
    writeFileSync(path.join(inbox, 'broken.jpg'), 'no picture');
    await until(isListed('broken.jpg'), 'it is in the table');
    expect(run.stderr()).toContain('failed broken.jpg: NOT_AN_IMAGE');
    arrive('home.jpg', 'broken.jpg');
    await until(() => record('broken.jpg').status === 'ok', 'it is tagged');
    expect(await end(run)).toBe(143);
  });

  it('removes the results of what is taken away with --prune-all, the last one too', async () => {
    stand('home.jpg', 'a.jpg');
    stand('home.jpg', 'b.jpg');
    const run = await watch('--prune-all');
    rmSync(path.join(inbox, 'a.jpg'));
    await until(() => !isListed('a.jpg')(), 'the first is gone from the table');
    expect(existsSync(recordFile('a.jpg'))).toBe(false);
    rmSync(path.join(inbox, 'b.jpg'));
    await until(() => !isListed('b.jpg')(), 'the last is gone from the table');
    await end(run);
  });

  it('keeps the last result with --prune, says so once and goes on', async () => {
    stand('home.jpg', 'a.jpg');
    const run = await watch('--prune');
    rmSync(path.join(inbox, 'a.jpg'));
    await until(() => run.stderr().includes('is that disk mounted?'), 'it warns');
    arrive('home.jpg', 'b.jpg');
    await until(isListed('b.jpg'), 'the next is tagged');
    await until(() => !isListed('a.jpg')(), 'the other is pruned: it is not the last any more');
    await end(run);
  });

  it('goes on with --prune beside a link that leads nowhere, and takes it when its target comes', async () => {
    const target = path.join(cwd, 'target.jpg');
    symlinkSync(target, path.join(inbox, 'link.jpg'));
    stand('home.jpg', 'a.jpg');
    const run = await watch('--prune');
    expect(record('link.jpg').error?.code).toBe('UNREADABLE');
    rmSync(path.join(inbox, 'a.jpg'));
    await until(() => !isListed('a.jpg')(), 'the other is pruned');
    expect(record('link.jpg').error?.code).toBe('UNREADABLE');
    copyFileSync(path.join(FIXTURES, 'home.jpg'), target);
    arrive('home.jpg', 'b.jpg');
    await until(() => record('link.jpg').status === 'ok', 'it is tagged');
    await end(run);
  });

  it('waits for a folder that is gone to come back', async () => {
    const run = await watch();
    renameSync(inbox, path.join(cwd, 'away'));
    await until(() => run.stderr().includes('looked for again'), 'it warns', 20_000);
    mkdirSync(inbox);
    arrive('home.jpg', 'back.jpg');
    await until(isListed('back.jpg'), 'it is tagged', 20_000);
    await end(run);
  });

  it('holds the output folder: another run is refused, a report is made', async () => {
    stand('home.jpg', 'a.jpg');
    const run = await watch();
    expect(await facetag(['inbox', '-o', 'out'], { cwd })).toMatchObject({ code: 75 });
    expect(await facetag(['report', 'out', '-o', 'report'], { cwd })).toMatchObject({ code: 0 });
    await end(run);
  });

  it('finishes what is in flight on SIGTERM, and the next run takes the rest', async () => {
    const run = await watch();
    await smallPictures(inbox, 200);
    await until(() => existsSync(path.join(cwd, 'out/json/a')), 'the round has begun');
    expect(await end(run)).toBe(143);
    const after = await facetag(['inbox', '-o', 'out'], { cwd });
    expect(after.code).toBe(0);
    expect(table().trimEnd().split('\n')).toHaveLength(201);
    expect(existsSync(path.join(cwd, 'out/completion.json'))).toBe(false);
  });

  it.each([
    [['inbox', '--watch', '--dry-run'], 'no --dry-run'],
    [['--watch', '--files-from', 'x'], 'no --files-from'],
    [['inbox', '--watch', '--shard', '1/2'], 'no --shard'],
    [['inbox', '--watch', '--report'], 'no --report'],
    [['inbox', '--settle', '1'], 'Expected --watch for --settle'],
    [['inbox', '--rescan', '1'], 'Expected --watch for --rescan'],
    [['a.jpg', '--watch'], 'Expected folders for --watch, received ["a.jpg"]'],
    [['inbox/*', '--watch'], 'Expected folders for --watch, received ["inbox/*"]'],
    [['--watch'], 'Expected folders for --watch'],
  ])('refuses %j', async (line, message) => {
    const { code, stderr } = await facetag(line, { cwd });
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(message) as string });
  });
});
