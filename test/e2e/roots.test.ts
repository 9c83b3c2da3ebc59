import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { contents, facetag, launch, temporaryFolder, until } from './cli.js';
import { tapLanes } from './lane-tap.js';
import { smallPictures } from './small-pictures.js';

const NAMES = ['a/p000.jpg', 'a/p003.jpg', 'b/c/p001.jpg', 'b/c/p004.jpg', 'p002.jpg', 'p005.jpg'];
const IPHONE = ['iphone/a/p000.jpg', 'iphone/b/c/p001.jpg', 'iphone/p002.jpg'];

let cwd: string;

beforeEach(async () => {
  cwd = temporaryFolder();
  expect(await smallPictures(path.join(cwd, 'photos'), NAMES.length)).toEqual(NAMES);
  await smallPictures(path.join(cwd, 'iphone'), IPHONE.length);
});

/** A run that must end well. @returns the pictures that lanes worked on. */
async function tag(...args: string[]): Promise<string[]> {
  const tap = tapLanes();
  const ran = await facetag(args, { cwd, env: tap.env });
  expect(ran).toMatchObject({ code: 0 });
  return tap.tasks().sort();
}

const tree = (folder = 'facetag-out'): Map<string, string> => contents(path.join(cwd, folder));

function records(folder = 'facetag-out'): string[] {
  return [...tree(path.join(folder, 'json')).keys()].map((name) => name.slice(0, -'.json'.length));
}

const memory = (folder = 'facetag-out'): unknown =>
  JSON.parse(readFileSync(path.join(cwd, folder, 'facetag.json'), 'utf8'));

describe('a second folder', () => {
  it('joins under its own name; the first one keeps its names, and neither is done twice', async () => {
    expect(await tag('photos', '--annotate')).toEqual(NAMES);
    expect(await tag('iphone', '--annotate')).toEqual(IPHONE);
    expect(records()).toEqual([...NAMES, ...IPHONE].sort());
    expect(memory()).toMatchObject({ base: '../photos', others: { iphone: '../iphone' } });
    expect([...tree('facetag-out/annotated').keys()]).toEqual([...NAMES, ...IPHONE].sort());
    const rows = (tree().get('faces.csv') ?? '').trimEnd().split('\r\n').slice(1);
    expect(rows.map((row) => row.split(',')[0])).toEqual([...NAMES, ...IPHONE].sort());

    const before = tree();
    for (const args of [['photos'], ['iphone'], ['iphone/b'], ['photos', 'iphone'], ['iphone/p002.jpg']]) {
      expect(await tag(...args)).toEqual([]);
    }
    expect(tree()).toEqual(before);
  });

  it('is pruned by itself and prunes nothing of the first', async () => {
    await tag('photos');
    await tag('iphone');
    rmSync(path.join(cwd, 'iphone/p002.jpg'));
    await tag('iphone', '--prune');
    expect(records()).toEqual([...NAMES, ...IPHONE.slice(0, 2)].sort());
    // A disk that is not mounted.
    renameSync(path.join(cwd, 'photos'), path.join(cwd, 'elsewhere'));
    await tag('iphone', '--prune');
    expect(records()).toEqual([...NAMES, ...IPHONE.slice(0, 2)].sort());
  });

  it('of the same name, or of the name of a folder in the first, gets a number', async () => {
    mkdirSync(path.join(cwd, 'photos/iphone'));
    cpSync(path.join(cwd, 'photos/p002.jpg'), path.join(cwd, 'photos/iphone/x.jpg'));
    await tag('photos');
    expect(await tag('iphone')).toEqual(IPHONE.map((name) => name.replace('iphone', 'iphone-2')));
    await smallPictures(path.join(cwd, 'other/iphone'), 1);
    expect(await tag('other/iphone')).toEqual(['iphone-3/a/p000.jpg']);
    expect(records()).toContain('iphone/x.jpg');
  });

  it('keeps its name when a folder of that name is made in the first one', async () => {
    await tag('photos');
    await tag('iphone');
    mkdirSync(path.join(cwd, 'photos/iphone'));
    cpSync(path.join(cwd, 'photos/p005.jpg'), path.join(cwd, 'photos/iphone/p002.jpg'));
    expect(await tag('photos')).toEqual(['iphone-2/p002.jpg']);
    expect(await tag('photos', 'iphone', '--prune')).toEqual([]);
    expect(records()).toEqual([...NAMES, ...IPHONE, 'iphone-2/p002.jpg'].sort());
  });

  it('round the first one does none of its pictures again', async () => {
    expect(await tag('photos/a')).toEqual(['p000.jpg', 'p003.jpg']);
    expect(await tag('photos')).toEqual(NAMES.slice(2).map((name) => `photos/${name}`));
    expect(await tag('photos')).toEqual([]);
    // The same folder by way of a link.
    symlinkSync('photos', path.join(cwd, 'link'));
    expect(await tag('link')).toEqual([]);
    expect(records()).toEqual(
      [...NAMES.slice(2).map((name) => `photos/${name}`), 'p000.jpg', 'p003.jpg'].sort(),
    );
  });

  it('of single files and globs joins too', async () => {
    await tag('photos');
    expect(await tag('iphone/a/*.jpg', 'iphone/p002.jpg')).toEqual(['iphone/a/p000.jpg', 'iphone/p002.jpg']);
    expect(await tag('iphone')).toEqual(['iphone/b/c/p001.jpg']);
  });

  it('is refused with --base, which nothing may lie outside', async () => {
    await tag('photos', '--base', 'photos');
    const ran = await facetag(['iphone', '--base', 'photos'], { cwd });
    expect(ran.code).toBe(2);
    expect(ran.stderr).toMatch(/inside the base folder .*photos.*for --base, received .*iphone/);
  });

  it('is foreseen by a dry run, which remembers nothing', async () => {
    await tag('photos');
    const { stdout } = await facetag(['iphone', '-n'], { cwd });
    expect(stdout).toBe(IPHONE.map((name) => `tag\t${name}\n`).join(''));
    expect(memory()).not.toHaveProperty('others');
  });

  it('joins for good before the first of its pictures, so that a kill changes nothing', async () => {
    await tag('photos');
    const tap = tapLanes({ on: { [IPHONE[0] ?? '']: 'wait' } });
    const run = launch(['iphone'], { cwd, env: tap.env, group: true });
    await until(() => tap.tasks().length > 0, 'a picture is in flight');
    process.kill(-run.pid, 'SIGKILL');
    await run.ended;
    expect((await tag('iphone')).length).toBeGreaterThan(0);
    expect(records()).toEqual([...NAMES, ...IPHONE].sort());
  });

  it('has the same names in every shard, and merges', async () => {
    const shards = ['1/2', '2/2'];
    for (const shard of shards) {
      const flags = ['--shard', shard, '-o', `out-${shard[0] ?? ''}`];
      await tag('photos', ...flags);
      await tag('iphone', ...flags);
    }
    const merged = await facetag(['merge', 'out-1', 'out-2', '-o', 'merged'], { cwd });
    expect(merged).toMatchObject({ code: 0 });
    await tag('photos', '-o', 'whole');
    await tag('iphone', '-o', 'whole');
    expect(tree('merged')).toEqual(tree('whole'));
  });
});

describe('a folder that was renamed', () => {
  it('keeps its names and results', async () => {
    await tag('photos');
    renameSync(path.join(cwd, 'photos'), path.join(cwd, 'fotos'));
    rmSync(path.join(cwd, 'fotos/p005.jpg'));
    expect(await tag('fotos', '--prune')).toEqual([]);
    expect(records()).toEqual(NAMES.filter((name) => name !== 'p005.jpg'));
    expect(memory()).toEqual({ schemaVersion: 1, base: '../fotos' });
  });

  it('keeps them as a second folder, too', async () => {
    await tag('photos');
    await tag('iphone');
    renameSync(path.join(cwd, 'iphone'), path.join(cwd, 'phone'));
    expect(await tag('phone')).toEqual([]);
    expect(memory()).toMatchObject({ base: '../photos', others: { iphone: '../phone' } });
  });

  it('is not taken for another one with pictures of the same names', async () => {
    await tag('photos');
    for (const name of NAMES) cpSync(path.join(cwd, 'photos/p005.jpg'), path.join(cwd, 'camera', name));
    rmSync(path.join(cwd, 'photos'), { recursive: true });
    expect(await tag('camera')).toEqual(NAMES.map((name) => `camera/${name}`));
    expect(records()).toEqual([...NAMES, ...NAMES.map((name) => `camera/${name}`)].sort());
  });
});
