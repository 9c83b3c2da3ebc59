import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { iou } from '../../src/core/box.js';
import { facesOf, type PictureRecord } from '../../src/core/report.js';
import { badPictures, ODD_NAMES, oddPictures, orientedPictures, writePictures } from '../pictures.js';
import { ASTRONAUT, FIXTURES } from '../pictures/made-picture.js';
import { contents, facetag, temporaryFolder } from './cli.js';

function recordsOf(stdout: string): Map<string, PictureRecord> {
  const records = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as PictureRecord);
  return new Map(records.map((record) => [record.image, record]));
}

describe('a folder with bad files', () => {
  it('exits 1, tags every good picture, gives each bad one its code, and keeps stdout empty', async () => {
    const folder = temporaryFolder();
    const photos = path.join(folder, 'photos');
    const bad = await badPictures();
    await writePictures(photos, bad);
    cpSync(FIXTURES, path.join(photos, 'good'), { recursive: true });
    mkdirSync(path.join(photos, 'folder.jpg'));
    execFileSync('/usr/bin/env', ['mkfifo', path.join(photos, 'fifo.jpg')]);
    symlinkSync('nowhere.jpg', path.join(photos, 'dangling.jpg'));

    const ran = await facetag(['photos', '-f', 'csv,jsonl', '--annotate'], { cwd: folder });
    expect(ran).toMatchObject({ code: 1, stdout: '' });
    const output = path.join(folder, 'facetag-out');
    const records = recordsOf(readFileSync(path.join(output, 'faces.jsonl'), 'utf8'));
    const codes = Object.fromEntries([...records].map(([image, { error }]) => [image, error?.code ?? 'ok']));
    expect(codes).toEqual({
      ...Object.fromEntries(bad.map(({ name, expected }) => [name, expected])),
      'fifo.jpg': 'NOT_A_FILE',
      'dangling.jpg': 'UNREADABLE',
      'good/astronaut.png': 'ok',
      'good/camera.png': 'ok',
      'good/home.jpg': 'ok',
    });
    for (const { name, expected } of bad) {
      expect(
        ran.stderr.split('\n').find((line) => line.includes(`${name}:`) || line.includes(name)),
      ).toContain(expected);
    }
    expect([...contents(path.join(output, 'annotated')).keys()]).toEqual([
      'good/astronaut.png',
      'good/camera.png',
      'good/home.jpg',
    ]);

    // What the bytes are to blame for is not tried again, but still counts.
    const again = await facetag(['photos', '--summary', 'again.json'], { cwd: folder });
    expect(again.code).toBe(1);
    const summary = JSON.parse(readFileSync(path.join(folder, 'again.json'), 'utf8')) as Record<
      string,
      unknown
    >;
    const alwaysTried = bad.filter(({ expected }) => expected === 'TOO_LARGE').length + 2;
    expect(summary).toMatchObject({ processed: alwaysTried, failed: bad.length + 2 });
  });

  it('is not helped by --max-pixels, which refuses from the header', async () => {
    const ran = await facetag([FIXTURES, '--jsonl', '--max-pixels', '1000']);
    expect(ran.code).toBe(1);
    expect([...recordsOf(ran.stdout).values()].map(({ error }) => error?.code)).toEqual([
      'TOO_LARGE',
      'TOO_LARGE',
      'TOO_LARGE',
    ]);
  });
});

describe('odd but good pictures', () => {
  it('of every format and colour space are tagged', async () => {
    const photos = temporaryFolder();
    const odd = await oddPictures();
    await writePictures(photos, odd);
    const ran = await facetag([photos, '--jsonl']);
    const records = recordsOf(ran.stdout);
    const codes = Object.fromEntries([...records].map(([image, { error }]) => [image, error?.code ?? 'ok']));
    expect(codes).toEqual(Object.fromEntries(odd.map(({ name, expected }) => [name, expected])));
    expect(ran.code).toBe(0);
  });

  it('of the eight EXIF orientations give the same box', async () => {
    const photos = temporaryFolder();
    await writePictures(photos, await orientedPictures());
    const records = recordsOf((await facetag([photos, '--jsonl'])).stdout);
    expect(records.size).toBe(8);
    const boxes = [...records.values()].map((record) => facesOf(record).map(({ box }) => box));
    for (const [box, ...others] of boxes) {
      expect(others).toEqual([]);
      expect(iou(box!, boxes[0]![0]!)).toBeGreaterThanOrEqual(0.97);
    }
  });

  it('are found under any name', async () => {
    const folder = temporaryFolder();
    const photos = path.join(folder, 'photos (2020) [é]');
    mkdirSync(photos);
    for (const name of ODD_NAMES) cpSync(path.join(FIXTURES, 'home.jpg'), path.join(photos, name));
    const ran = await facetag([photos, '-f', 'jsonl', '--hidden'], { cwd: folder });
    expect(ran.code).toBe(0);
    const records = recordsOf(readFileSync(path.join(folder, 'facetag-out/faces.jsonl'), 'utf8'));
    expect([...records.keys()].sort()).toEqual([...ODD_NAMES].sort());
  });

  it('can be named one by one, with brackets and dashes', async () => {
    const folder = temporaryFolder();
    for (const name of ODD_NAMES) cpSync(ASTRONAUT, path.join(folder, name));
    const ran = await facetag(['--jsonl', '--', ...ODD_NAMES], { cwd: folder });
    expect(ran.code).toBe(0);
    expect([...recordsOf(ran.stdout).keys()].sort()).toEqual([...ODD_NAMES].sort());
  });
});
