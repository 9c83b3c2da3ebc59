import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
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
import { contents, facetag, launch, temporaryFolder, until } from './cli.js';
import { tapLanes } from './lane-tap.js';
import { canBeNobody, NOBODY } from './nobody.js';
import { codesIn, eventsOf, recordsIn } from './outcome.js';
import { smallPictures } from './small-pictures.js';

const JSON_LOG = ['--log-format', 'json'];
const NAMES = ['a/p000.jpg', 'a/p003.jpg', 'b/c/p001.jpg', 'b/c/p004.jpg', 'p002.jpg', 'p005.jpg'];

const asNobody = canBeNobody();

let cwd: string;
let photos: string;
let output: string;

beforeEach(async () => {
  cwd = temporaryFolder();
  photos = path.join(cwd, 'photos');
  output = path.join(cwd, 'facetag-out');
  expect(await smallPictures(photos, NAMES.length)).toEqual(NAMES);
});

/** What a run would take, by `--dry-run`. */
async function found(...args: string[]): Promise<string[]> {
  const ran = await facetag([...args, '--dry-run', '--allow-empty'], { cwd });
  expect(ran.code).toBe(0);
  return ran.stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => line.slice('tag\t'.length));
}

function age(name: string, days: number): void {
  const seconds = Date.now() / 1000 - days * 86_400;
  utimesSync(path.join(photos, name), seconds, seconds);
}

describe('what is taken', () => {
  it('by age: a duration, a date or a file', async () => {
    for (const name of NAMES) age(name, 30);
    age('a/p000.jpg', 1);
    age('p002.jpg', 10);
    writeFileSync(path.join(photos, 'mark'), '');
    age('mark', 20);
    expect(await found('photos', '--newer-than', '2d')).toEqual(['a/p000.jpg']);
    expect(await found('photos', '--newer-than', '60h')).toEqual(['a/p000.jpg']);
    expect(await found('photos', '--newer-than', 'photos/mark')).toEqual(['a/p000.jpg', 'p002.jpg']);
    expect(await found('photos', '--newer-than', '2001-02-03')).toEqual(NAMES);
    expect(await found('photos', '--newer-than', '2999-01-01')).toEqual([]);
  });

  it('by name: hidden ones only when asked, ignored ones never', async () => {
    mkdirSync(path.join(photos, '.hidden'));
    cpSync(path.join(photos, 'p002.jpg'), path.join(photos, '.hidden/h.jpg'));
    cpSync(path.join(photos, 'p002.jpg'), path.join(photos, '.h.jpg'));
    expect(await found('photos')).toEqual(NAMES);
    expect(await found('photos', '--hidden')).toEqual(['.h.jpg', '.hidden/h.jpg', ...NAMES]);
    expect(await found('photos', '--ignore', 'b', '--ignore', 'p00[25].jpg')).toEqual([
      'a/p000.jpg',
      'a/p003.jpg',
    ]);
  });

  it('once, however often it is named', async () => {
    expect(await found('photos/a', 'photos', './photos/', 'photos/a/p000.jpg', 'photos/*.jpg')).toEqual(
      NAMES,
    );
  });

  it('through links when asked, however they loop', async () => {
    mkdirSync(path.join(cwd, 'outside'));
    cpSync(path.join(photos, 'p002.jpg'), path.join(cwd, 'outside/o.jpg'));
    symlinkSync('../../outside', path.join(photos, 'a/link'));
    symlinkSync('..', path.join(photos, 'a/loop'));
    symlinkSync('self', path.join(photos, 'self'));
    symlinkSync('p002.jpg', path.join(photos, 'z.jpg'));
    expect(await found('photos')).toEqual([...NAMES, 'z.jpg']);
    const followed = await found('photos', '--follow');
    expect(followed).toEqual(['a/link/o.jpg', ...NAMES, 'z.jpg']);
  });
});

describe('what cannot be read', () => {
  it.skipIf(!asNobody)(
    'is told and counted, folders too (needs root and a checkout that others may read)',
    async () => {
      chmodSync(cwd, 0o777);
      chmodSync(path.join(photos, 'a'), 0o700);
      chmodSync(path.join(photos, 'p002.jpg'), 0o600);
      const ran = await facetag(['photos', '-f', 'jsonl', ...JSON_LOG], { cwd, uid: NOBODY });
      expect(ran.code).toBe(1);
      const [warning, ...more] = eventsOf('warning', ran.stderr);
      expect(more).toEqual([]);
      expect(warning?.message).toMatch(/Cannot list .*photos\/a: .*EACCES/);
      expect(eventsOf('run-end', ran.stderr)[0]?.summary).toMatchObject({ unlisted: 1, failed: 1 });
      expect(codesIn(output)).toEqual({
        'b/c/p001.jpg': 'ok',
        'b/c/p004.jpg': 'ok',
        'p002.jpg': 'UNREADABLE',
        'p005.jpg': 'ok',
      });

      // Pictures that are only out of sight are not gone.
      expect((await facetag(['photos', '-f', 'jsonl'], { cwd })).code).toBe(0);
      const pruned = await facetag(['photos', '-f', 'jsonl', '--prune', ...JSON_LOG], { cwd, uid: NOBODY });
      expect(pruned.code).toBe(1);
      expect(eventsOf('run-end', pruned.stderr)[0]?.summary.pruned).toBe(0);
      expect(codesIn(output)).toEqual(Object.fromEntries(NAMES.map((name) => [name, 'ok'])));
    },
  );

  it.skipIf(!asNobody)(
    'ends the run if it is the output folder (needs root and a checkout that others may read)',
    async () => {
      chmodSync(cwd, 0o755);
      const forbidden = await facetag(['photos', ...JSON_LOG], { cwd, uid: NOBODY });
      expect(forbidden.code).toBe(2);
      expect(eventsOf('error', forbidden.stderr)).toMatchObject([
        {
          code: 'OUTPUT_UNUSABLE',
          message: expect.stringMatching(/facetag-out: permission denied/) as string,
        },
      ]);
      mkdirSync(output);
      const locked = await facetag(['photos', ...JSON_LOG], { cwd, uid: NOBODY });
      expect(locked.code).toBe(2);
      expect(eventsOf('error', locked.stderr)[0]?.message).toMatch(/facetag-out.*permission denied/);
    },
  );

  it('because its name is not UTF-8 is told and counted', async () => {
    const odd = Buffer.concat([Buffer.from(`${photos}/caf`), Buffer.from([0xe9]), Buffer.from('.jpg')]);
    writeFileSync(odd, readFileSync(path.join(photos, 'p002.jpg')));
    mkdirSync(Buffer.concat([Buffer.from(`${photos}/d`), Buffer.from([0xff])]));
    const ran = await facetag(['photos', '-f', 'jsonl', ...JSON_LOG], { cwd });
    expect(ran.code).toBe(1);
    expect(codesIn(output)).toMatchObject({ 'caf\\xe9.jpg': 'UNREADABLE', 'p002.jpg': 'ok' });
    expect(eventsOf('warning', ran.stderr)[0]?.message).toMatch(/d\\xff.*not valid UTF-8/);
    expect(eventsOf('run-end', ran.stderr)[0]?.summary).toMatchObject({ failed: 1, unlisted: 1 });
  });
});

describe('names that look like those of others', () => {
  it.each(['1', '4'])(
    'and outputs that stand side by side are all kept apart, with %s lanes',
    async (lanes) => {
      const content = readFileSync(path.join(photos, 'p002.jpg'));
      const names = ['p002.jpg.json/b.jpg', 'p002.jpg.json/p002.jpg.json/c.jpg', '\\xff.jpg', '\\xff/a.jpg'];
      for (const name of names) {
        mkdirSync(path.dirname(path.join(photos, name)), { recursive: true });
        writeFileSync(path.join(photos, name), content);
      }
      const odd = Buffer.concat([Buffer.from(`${photos}/`), Buffer.from([0xff]), Buffer.from('.jpg')]);
      writeFileSync(odd, content);
      const args = ['photos', '-f', 'jsonl', '--annotate', '--crops', '-j', lanes, ...JSON_LOG];
      const ran = await facetag(args, { cwd });
      expect(ran.code).toBe(1);
      const images = [
        'p002.jpg.json/b.jpg',
        'p002.jpg.json/p002.jpg.json/c.jpg',
        '\\x5cxff.jpg',
        '\\x5cxff/a.jpg',
      ];
      const ok = [...NAMES, ...images].map((image) => [image, 'ok']);
      expect(codesIn(output)).toEqual({ ...Object.fromEntries(ok), '\\xff.jpg': 'UNREADABLE' });
      expect(eventsOf('copy-failed', ran.stderr)).toEqual([]);
      const again = await facetag(args, { cwd });
      expect(eventsOf('run-end', again.stderr)[0]?.summary).toMatchObject({
        skipped: 10,
        processed: 1,
        failed: 1,
      });
      rmSync(path.join(photos, 'p002.jpg.json'), { recursive: true });
      rmSync(odd);
      expect((await facetag([...args, '--prune'], { cwd })).code).toBe(0);
      const left = [...NAMES, '\\x5cxff.jpg', '\\x5cxff/a.jpg'].map((image) => [image, 'ok']);
      expect(codesIn(output)).toEqual(Object.fromEntries(left));
    },
  );

  it('is a name that a list from Windows has, told once', async () => {
    writeFileSync(path.join(photos, 'b.jpg\r'), readFileSync(path.join(photos, 'p002.jpg')));
    writeFileSync(path.join(cwd, 'list'), '\uFEFFphotos/p002.jpg\r\nphotos/b.jpg\r\nphotos/p005.jpg\r\n');
    const ran = await facetag(['--files-from', 'list', '-n', ...JSON_LOG], { cwd });
    expect(ran).toMatchObject({ code: 0, stdout: 'tag\tb.jpg\\r\ntag\tp002.jpg\ntag\tp005.jpg\n' });
    expect(eventsOf('note', ran.stderr).map(({ message }) => message)).toEqual([
      expect.stringContaining('comes from Windows'),
    ]);
  });
});

describe('what changes during the run', () => {
  /** A run that is held up at its first picture. */
  async function heldUp() {
    const tap = tapLanes({ on: { 'a/p000.jpg': 'wait' } });
    const run = launch(['photos', '-j', '1', '-f', 'jsonl'], { cwd, env: tap.env });
    await until(() => tap.tasks().length === 1, 'the first picture is in flight');
    return { tap, run };
  }

  it('and is gone when its turn comes is UNREADABLE, and pruned when that is asked', async () => {
    const { tap, run } = await heldUp();
    rmSync(path.join(photos, 'p005.jpg'));
    rmSync(path.join(photos, 'b'), { recursive: true });
    tap.openGate();
    expect((await run.ended).code).toBe(1);
    const gone = { 'b/c/p001.jpg': 'UNREADABLE', 'b/c/p004.jpg': 'UNREADABLE', 'p005.jpg': 'UNREADABLE' };
    const left = { 'a/p000.jpg': 'ok', 'a/p003.jpg': 'ok', 'p002.jpg': 'ok' };
    expect(codesIn(output)).toEqual({ ...left, ...gone });
    expect((await facetag(['photos', '-f', 'jsonl', '--prune'], { cwd })).code).toBe(0);
    expect(codesIn(output)).toEqual(left);
    expect([...contents(path.join(output, 'json')).keys()].length).toBe(3);
  });

  it('is recorded as it was read, and looked at again by the next run', async () => {
    const { tap, run } = await heldUp();
    const replacement = readFileSync(path.join(photos, 'p002.jpg'));
    // In flight, and waiting for its turn.
    writeFileSync(path.join(photos, 'a/p000.jpg'), replacement);
    writeFileSync(path.join(cwd, 'new'), replacement);
    renameSync(path.join(cwd, 'new'), path.join(photos, 'p005.jpg'));
    tap.openGate();
    expect((await run.ended).code).toBe(0);
    for (const { image, source } of recordsIn(output)) {
      const now = createHash('sha256')
        .update(readFileSync(path.join(photos, image)))
        .digest('hex');
      expect(source?.sha256).toBe(now);
    }
    writeFileSync(path.join(photos, 'a/p003.jpg'), replacement);
    const next = tapLanes();
    expect((await facetag(['photos', '-f', 'jsonl'], { cwd, env: next.env })).code).toBe(0);
    expect(next.tasks()).toEqual(['a/p003.jpg']);
  });
});
