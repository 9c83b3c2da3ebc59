import { execFileSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import type { PictureRecord } from '../../src/core/report.js';
import type { RunSummary } from '../../src/core/summary.js';
import { entryBytes, paxEntry, tarOf, zipOf, type MadeEntry } from '../pictures/made-archives.js';
import { contents, facetag, launch, temporaryFolder, until } from './cli.js';
import { tapLanes } from './lane-tap.js';
import { codesIn, eventsOf, recordsIn } from './outcome.js';
import { smallPictures } from './small-pictures.js';

const CHANGED = 'The archive has changed since it was opened';

let cwd: string;
let picture: Buffer;
let other: Buffer;

beforeEach(async () => {
  cwd = temporaryFolder();
  const names = await smallPictures(path.join(cwd, 'photos'), 6);
  [picture, other] = [names[0], names[1]].map((name) =>
    readFileSync(path.join(cwd, 'photos', name ?? '')),
  ) as [Buffer, Buffer];
});

const write = (name: string, data: Buffer): void => {
  writeFileSync(path.join(cwd, name), data);
};

async function run(...args: string[]) {
  const ran = await facetag([...args, '--log-format', 'json', '--summary', 'summary.json'], { cwd });
  if (ran.code === 2) throw new Error(ran.stderr);
  const summary = JSON.parse(readFileSync(path.join(cwd, 'summary.json'), 'utf8')) as RunSummary;
  const warnings = eventsOf('warning', ran.stderr).map(({ message }) => message);
  return { ...ran, summary, warnings };
}

/** What is told of a picture, whatever it is called. */
function tellings(records: readonly PictureRecord[], prefix: string): Map<string, PictureRecord> {
  const below = records.filter(({ image }) => image.startsWith(prefix));
  return new Map(below.map((record) => [record.image.slice(prefix.length), { ...record, image: '' }]));
}

/** With the tar, tar.gz and zip of a folder. */
function archive(): void {
  execFileSync('tar', ['cf', 'photos.tar', 'photos'], { cwd });
  execFileSync('tar', ['czf', 'photos.tgz', '-C', 'photos', '.'], { cwd });
  const files = [...contents(path.join(cwd, 'photos'))];
  const members = files.map(([name, data]) => ({ name, data: Buffer.from(data, 'latin1') }));
  write('photos.zip', zipOf(members.map((member, index) => ({ ...member, stored: index % 2 === 0 }))));
}

describe('archives', () => {
  it('give the records and copies that their unpacked pictures give', async () => {
    archive();
    const inputs = ['photos', 'photos.tar', 'photos.tgz', 'photos.zip'];
    const ran = await run(...inputs, '-f', 'csv,jsonl', '--annotate');
    expect(ran).toMatchObject({ code: 0, warnings: [], summary: { processed: 24, failed: 0 } });
    const output = path.join(cwd, 'facetag-out');
    const records = recordsIn(output);
    const plain = tellings(records, 'photos/');
    expect(plain.size).toBe(6);
    for (const prefix of ['photos.tar/photos/', 'photos.tgz/', 'photos.zip/']) {
      expect(tellings(records, prefix)).toEqual(plain);
      expect(contents(path.join(output, 'annotated', prefix))).toEqual(
        contents(path.join(output, 'annotated/photos')),
      );
    }

    const again = await run(...inputs, '-f', 'csv,jsonl', '--annotate');
    expect(again).toMatchObject({ code: 0, summary: { processed: 0, skipped: 24, redrawn: 0 } });
  });

  it('have odd members told of, and the others taken', async () => {
    const tar: MadeEntry[] = [
      { name: './a.jpg', data: picture },
      { name: '/abs//b.jpg', data: picture },
      { name: '../out.jpg', data: picture },
      { name: 'x/../../out.jpg', data: picture },
      ...paxEntry({ path: 'nul\0.jpg' }, { name: 'n', data: picture }),
      { name: 'twice.jpg', data: Buffer.from('old') },
      { name: 'twice.jpg', data: other },
      { name: 'soft.jpg', type: '2', link: 'a.jpg' },
      { name: 'hard.jpg', type: '1', link: 'a.jpg' },
      { name: 'device.jpg', type: '3' },
      { name: 'sparse.jpg', type: 'S', gnu: true, data: picture },
      ...paxEntry({ path: 'ü/日本.jpg' }, { name: 'u', data: picture }),
      { name: 'line\nbreak.jpg', data: picture },
      { name: Buffer.from('caf\xe9.jpg', 'latin1'), data: picture },
      { name: 'back\\slash.jpg', data: picture },
      { name: '._a.jpg', data: Buffer.from('AppleDouble') },
      { name: 'a.json', data: Buffer.from('{}') },
      { name: 'raw.cr2', data: Buffer.from('raw') },
      { name: 'inner.zip', data: Buffer.from('PK') },
      { name: 'empty.jpg' },
      { name: 'a.jpg/c.jpg', data: picture },
    ];
    write('odd.tar', tarOf(tar));
    const data = picture;
    write(
      'odd.zip',
      zipOf([
        { name: Buffer.from([0x84, 0x2e, 0x6a, 0x70, 0x67]), data },
        { name: 'dir\\back.jpg', data },
        { name: '../out.jpg', data },
        { name: '/abs.jpg', data },
        { name: 'link.jpg', data: Buffer.from('a.jpg'), mode: 0o120777 },
        { name: 'secret.jpg', data, flags: 1 },
        { name: 'lzma.jpg', data, method: 14 },
        { name: 'wrong-sum.jpg', data, crc: 1 },
        { name: 'larger.jpg', data: Buffer.alloc(1 << 20), size: 1000 },
        { name: 'smaller.jpg', data, size: 1 << 20 },
        { name: 'bomb.jpg', data: Buffer.alloc(1 << 23) },
        { name: '__MACOSX/._a.jpg', data: Buffer.from('AppleDouble') },
      ]),
    );
    const ran = await run('odd.tar', 'odd.zip', '-f', 'jsonl', '--max-bytes', '4000000');
    expect(ran.code).toBe(1);
    expect(codesIn(path.join(cwd, 'facetag-out'))).toEqual({
      'odd.tar/a.jpg': 'ok',
      'odd.tar/abs/b.jpg': 'ok',
      'odd.tar/twice.jpg': 'ok',
      'odd.tar/ü/日本.jpg': 'ok',
      'odd.tar/line\nbreak.jpg': 'ok',
      'odd.tar/caf\\xe9.jpg': 'ok',
      'odd.tar/back\\slash.jpg': 'ok',
      'odd.tar/empty.jpg': 'EMPTY_FILE',
      'odd.tar/a.jpg/c.jpg': 'ok',
      'odd.zip/ä.jpg': 'ok',
      'odd.zip/dir/back.jpg': 'ok',
      'odd.zip/abs.jpg': 'ok',
      'odd.zip/secret.jpg': 'UNSUPPORTED_FORMAT',
      'odd.zip/lzma.jpg': 'UNSUPPORTED_FORMAT',
      'odd.zip/wrong-sum.jpg': 'ARCHIVE_DAMAGED',
      'odd.zip/larger.jpg': 'ARCHIVE_DAMAGED',
      'odd.zip/smaller.jpg': 'ARCHIVE_DAMAGED',
      'odd.zip/bomb.jpg': 'TOO_LARGE',
    });
    expect(ran.summary).toMatchObject({ unlisted: 4, unread: { '.cr2': 1 } });
    expect(ran.warnings).toEqual([
      'odd.tar: 3 pictures whose names lead out of it not read (../out.jpg, …)',
      'odd.tar: 2 links not read (soft.jpg, …)',
      'odd.tar: 1 device or FIFO not read (device.jpg)',
      'odd.tar: 1 sparse file not read (sparse.jpg)',
      'odd.tar: 1 archive in it not read (inner.zip)',
      'odd.tar: 1 member left out for a later one of the same name',
      'odd.zip: 1 picture whose name leads out of it not read (../out.jpg)',
      'odd.zip: 1 link not read (link.jpg)',
    ]);
    const records = recordsIn(path.join(cwd, 'facetag-out'));
    expect(records.find(({ image }) => image === 'odd.tar/twice.jpg')?.source?.bytes).toBe(other.length);
    expect(readdirSync(cwd).sort()).toEqual(['facetag-out', 'odd.tar', 'odd.zip', 'photos', 'summary.json']);
  });

  it('are read without the folders of a system, which is told once', async () => {
    const names = ['a.jpg', '__MACOSX/._a.jpg', '__MACOSX/b.jpg', 'x/@eaDir/a.jpg/SYNOPHOTO_THUMB_M.jpg'];
    const members = names.map((name) => ({ name, data: picture }));
    write('one.tar', tarOf(members));
    write('two.tar', tarOf(members));
    const ran = await facetag(['one.tar', 'two.tar', '--dry-run'], { cwd });
    expect(ran.stdout).toBe('tag\tone.tar/a.jpg\ntag\ttwo.tar/a.jpg\n');
    expect(ran.stderr).toContain('Folders of the system left out: 2 @eaDir, 2 __MACOSX.');
    const all = await facetag(['one.tar', '--dry-run', '--hidden'], { cwd });
    expect(all.stdout.trimEnd().split('\n')).toHaveLength(names.length);
  });

  it('that are damaged give what comes before, and fail with a code until they are whole', async () => {
    archive();
    const [tar, tgz, zip] = ['photos.tar', 'photos.tgz', 'photos.zip'].map((name) =>
      readFileSync(path.join(cwd, name)),
    ) as [Buffer, Buffer, Buffer];
    write('cut.tar', tar.subarray(0, 7000));
    write('cut.tgz', tgz.subarray(0, 9000));
    write('cut.zip', zip.subarray(0, zip.length - 30));
    write('none.tar', picture);
    write('none.tgz', picture);
    write('empty.tar', Buffer.alloc(0));
    write('unmarked.tar', tarOf([{ name: 'a.jpg', data: picture }]).subarray(0, -1024));
    execFileSync('mkfifo', [path.join(cwd, 'fifo.tar')]);
    const names = ['cut.tar', 'cut.tgz', 'cut.zip', 'none.tar', 'none.tgz', 'empty.tar', 'unmarked.tar'];
    const ran = await run(...names, 'fifo.tar', '-f', 'jsonl');
    expect(ran.code).toBe(1);
    const codes = codesIn(path.join(cwd, 'facetag-out'));
    for (const name of names.slice(0, -1)) expect(codes[name], name).toBe('ARCHIVE_DAMAGED');
    expect(codes['fifo.tar']).toBe('NOT_A_FILE');
    expect(codes['unmarked.tar/a.jpg']).toBe('ok');
    expect(codes).not.toHaveProperty('unmarked.tar');
    for (const name of ['cut.tar', 'cut.tgz']) {
      const before = Object.entries(codes).filter(([image]) => image.startsWith(`${name}/`));
      expect(before.length, name).toBeGreaterThan(0);
      expect(before.length, name).toBeLessThan(6);
      for (const [, code] of before) expect(code).toBe('ok');
    }
    expect(ran.warnings).toEqual(['unmarked.tar: It has no mark at its end, so it may be cut off']);

    write('cut.tar', tar);
    const mended = await run('cut.tar', '-f', 'jsonl');
    expect(mended).toMatchObject({ code: 0, summary: { failed: 0, pictures: 6 } });
    expect(codesIn(path.join(cwd, 'facetag-out'))).not.toHaveProperty('cut.tar');
  });

  it('that are damaged keep the results of all their members, however often they are pruned', async () => {
    const names = Array.from({ length: 6 }, (_, index) => `p${index}.jpg`);
    const tar = tarOf(names.map((name) => ({ name, data: picture })));
    const zip = zipOf(names.map((name) => ({ name, data: picture })));
    const third = 2 * (512 + Math.ceil(picture.length / 512) * 512);
    const archives: [name: string, whole: Buffer, damaged: Buffer, tagged: number][] = [
      ['header.tar', tar, Buffer.from(tar).fill(0, third, third + 512), 2],
      ['header.tgz', gzipSync(tar), gzipSync(Buffer.from(tar).fill(0, third, third + 512)), 2],
      ['rest.tar', tar, Buffer.concat([Buffer.from(tar).fill(0, third), Buffer.alloc(512 * 9000)]), 2],
      ['unmarked.tar', tar, tar.subarray(0, third), 2],
      ['sum.tgz', gzipSync(tar), Buffer.concat([gzipSync(tar).subarray(0, -8), Buffer.alloc(8)]), 6],
      [
        'count.zip',
        zip,
        zipOf(
          names.slice(0, 2).map((name) => ({ name, data: picture })),
          { count: 3 },
        ),
        2,
      ],
    ];
    const inputs = archives.map(([name]) => name);
    for (const [name, whole] of archives) write(name, whole);
    expect(await run(...inputs)).toMatchObject({ code: 0, summary: { processed: 36 } });
    for (const [name, , damaged] of archives) write(name, damaged);
    const tagged = archives.reduce((sum, [, , , count]) => sum + count, 0);
    for (const round of [1, 2]) {
      const ran = await run(...inputs, '--prune', '-f', 'jsonl');
      const summary = { pictures: tagged + 5, failed: 5, skipped: tagged, pruned: 0 };
      expect(ran, `round ${round}`).toMatchObject({ code: 1, summary });
      const codes = codesIn(path.join(cwd, 'facetag-out'));
      for (const name of inputs) {
        expect(codes[name], name).toBe(name === 'unmarked.tar' ? undefined : 'ARCHIVE_DAMAGED');
        for (const member of names) expect(codes[`${name}/${member}`], `${name}/${member}`).toBe('ok');
      }
    }
    expect((await run('photos', '--prune')).summary).toMatchObject({ pruned: 0 });
  });

  it('that are made to fill disks are read no further', async () => {
    const members = [{ name: 'a.jpg', data: picture, stored: true }];
    // The second is the first once more.
    write('overlap.zip', zipOf([...members, { name: 'b.jpg', data: picture, stored: true, at: 0 }]));
    write('apart.zip', zipOf([...members, { name: 'b.jpg', data: picture, stored: true }]));
    const most = 2 ** 30;
    const [first, huge] = [
      { name: 'a.jpg', data: picture },
      { name: 'b.jpg', size: 2 * most },
    ].map(entryBytes);
    const zeros = gzipSync(Buffer.alloc(most / 16));
    const packed = [gzipSync(Buffer.concat([first!, huge!])), ...Array.from({ length: 17 }, () => zeros)];
    write('bomb.tgz', Buffer.concat(packed));
    const ran = await run('overlap.zip', 'apart.zip', 'bomb.tgz', '-f', 'jsonl');
    expect(ran.code).toBe(1);
    const output = path.join(cwd, 'facetag-out');
    expect(codesIn(output)).toEqual({
      'apart.zip/a.jpg': 'ok',
      'apart.zip/b.jpg': 'ok',
      'overlap.zip': 'ARCHIVE_DAMAGED',
      'bomb.tgz': 'ARCHIVE_DAMAGED',
      'bomb.tgz/a.jpg': 'ok',
    });
    const messages = recordsIn(output).flatMap(({ error }) => error?.message ?? []);
    expect(messages).toEqual([
      'The archive cannot be read to its end: it unpacks to more than 200 times its size',
      'The archive cannot be read to its end: members of it overlap, as they do to fill disks',
    ]);
  }, 60_000);

  it.each<[string, (entries: MadeEntry[]) => Buffer]>([
    ['set.tar', tarOf],
    ['set.tgz', (entries) => gzipSync(tarOf(entries))],
    ['set.zip', (entries) => zipOf(entries.map(({ name, data = Buffer.alloc(0) }) => ({ name, data })))],
  ])('that change while they are read give no wrong picture: %s', async (name, make) => {
    const names = Array.from({ length: 45 }, (_, index) => `p${String(index).padStart(2, '0')}.jpg`);
    write(name, make(names.map((each) => ({ name: each, data: picture }))));
    const tap = tapLanes({ on: { [`${name}/p00.jpg`]: 'wait' } });
    const running = launch([name, '-j', '1', '-f', 'jsonl'], { cwd, env: tap.env });
    await until(() => tap.tasks().length === 1, 'the first picture is in a lane');
    // Ahead of the lanes there are never so many; the last ones are still to be read.
    await sleep(300);
    const changed = make(names.map((each) => ({ name: each, data: other })));
    write(name, changed);
    utimesSync(path.join(cwd, name), 2, 2);
    tap.openGate();
    expect((await running.ended).code).toBe(1);
    const output = path.join(cwd, 'facetag-out');
    for (const { image, error, source } of recordsIn(output)) {
      if (error) expect([image, error.code, error.message]).toEqual([image, 'UNREADABLE', CHANGED]);
      else expect(source?.bytes, image).toBe(picture.length);
    }
    const codes = codesIn(output);
    expect([codes[`${name}/p00.jpg`], codes[`${name}/p44.jpg`]]).toEqual(['ok', 'UNREADABLE']);

    expect(await run(name, '-f', 'jsonl')).toMatchObject({ code: 0, summary: { processed: 45 } });
    for (const { source } of recordsIn(output)) expect(source?.bytes).toBe(other.length);
    write(name, changed.subarray(0, changed.length / 2));
    expect((await run(name)).code).toBe(1);
  });

  it('are read again only as far as they have changed, and pruned with their members', async () => {
    const entries = (): MadeEntry[] => [
      { name: 'a.jpg', data: picture },
      { name: 'b.jpg', data: picture },
      { name: 'c.jpg', data: picture },
    ];
    write('set.tar', tarOf(entries()));
    write('set.tgz', gzipSync(tarOf(entries())));
    await run('set.tar', 'set.tgz');
    // Same members in a new archive: only their content can tell.
    utimesSync(path.join(cwd, 'set.tar'), 1, 1);
    utimesSync(path.join(cwd, 'set.tgz'), 1, 1);
    expect((await run('set.tar', 'set.tgz')).summary).toMatchObject({ processed: 0, skipped: 6 });

    const changed = entries();
    changed[1] = {
      name: 'b.jpg',
      data: Buffer.concat([picture.subarray(0, -3), Buffer.from('x\xff\xd9', 'latin1')]),
    };
    write('set.tar', tarOf([...changed.slice(0, 2)]));
    write('set.tgz', gzipSync(tarOf(changed)));
    const listed = await facetag(['-n', '--prune', 'set.tar', 'set.tgz'], { cwd });
    expect(listed.stdout.split('\n').sort()).toEqual([
      '',
      'prune\tset.tar/c.jpg',
      'skip\tset.tar/a.jpg',
      'skip\tset.tgz/a.jpg',
      'skip\tset.tgz/c.jpg',
      'tag\tset.tar/b.jpg',
      'tag\tset.tgz/b.jpg',
    ]);
    const pruned = await run('set.tar', 'set.tgz', '--prune');
    expect(pruned.summary).toMatchObject({ processed: 2, skipped: 3, pruned: 1 });

    // Another run, which does not look into them, leaves their results; one that misses an archive does not.
    expect((await run('photos', '--prune')).summary).toMatchObject({ processed: 6, pruned: 0 });
    rmSync(path.join(cwd, 'set.tgz'));
    expect((await run('photos', '--prune')).summary).toMatchObject({ skipped: 6, pruned: 3 });
  });

  it('are shared out by members, filtered like folders, and found by globs that ask for them', async () => {
    archive();
    rmSync(path.join(cwd, 'photos.zip'));
    mkdirSync(path.join(cwd, 'folder.tar'));
    cpSync(path.join(cwd, 'photos'), path.join(cwd, 'folder.tar'), { recursive: true });
    symlinkSync('photos.tar', path.join(cwd, 'linked.tar'));
    const listing = async (...args: string[]): Promise<string[]> => {
      const ran = await facetag(['-n', ...args], { cwd });
      expect([0, 2]).toContain(ran.code);
      return ran.stdout
        .split('\n')
        .slice(0, -1)
        .map((line) => line.replace(/^tag\t/, ''))
        .sort();
    };
    const all = await listing('*.{tar,tgz}');
    expect(all).toHaveLength(4 * 6);
    expect(all.filter((name) => name.startsWith('folder.tar/'))).toHaveLength(6);
    const shares = [
      await listing('*.{tar,tgz}', '--shard', '1/2'),
      await listing('*.{tar,tgz}', '--shard', '2/2'),
    ];
    expect(shares.flat().sort()).toEqual(all);
    expect(shares.every((share) => share.length > 0)).toBe(true);

    const inTar = await listing('photos.tar');
    expect(await listing('photos.tar', '--ignore', 'b')).toEqual(
      inTar.filter((name) => !name.includes('/b/')),
    );
    expect(await listing('photos.tar', '--ignore', 'photos.tar/photos/a')).toEqual(
      inTar.filter((name) => !name.includes('/a/')),
    );
    expect(await listing('photos.tar', '--newer-than', '1h')).toEqual(inTar);
    utimesSync(path.join(cwd, 'photos.tar'), 1, 1);
    expect(await listing('photos.tar', '--newer-than', '1h', '--allow-empty')).toEqual([]);

    // What is met in a folder, or by a glob for anything, is told of and left.
    const ran = await facetag(['-n', 'photos', '.', '*'], { cwd });
    expect(ran.stdout).not.toContain('photos.tar/');
    write('list', Buffer.from('photos.tgz\nphotos/p002.jpg\n'));
    expect((await listing('--files-from', 'list')).length).toBe(7);
    const arriving = await facetag(['-n', '--files-from', '-', '--base', '.'], {
      cwd,
      input: 'photos.tgz\n',
    });
    expect(arriving.stdout.split('\n')).toHaveLength(7);
    const streamed = await facetag(['--jsonl', '--files-from', '-', '--base', '.'], {
      cwd,
      input: 'photos.tgz\nphotos.tgz\n',
    });
    expect(streamed.stdout.split('\n')).toHaveLength(7);
    expect((await facetag(['photos.tar', '--watch'], { cwd })).code).toBe(2);
  }, 60_000);

  it('are looked through once, however often a list that arrives has them', async () => {
    const entries = ['a.jpg', '../b.jpg', 'c.jpg'].map((name) => ({ name, data: picture }));
    write('set.tgz', gzipSync(tarOf(entries)));
    const args = ['--files-from', '-', '--base', '.', '--summary', 'summary.json', '--log-format', 'json'];
    const ran = await facetag(args, { cwd, input: 'set.tgz\n'.repeat(3) });
    const summary = JSON.parse(readFileSync(path.join(cwd, 'summary.json'), 'utf8')) as RunSummary;
    expect(summary).toMatchObject({ pictures: 2, failed: 0, unlisted: 1 });
    expect(eventsOf('warning', ran.stderr)).toHaveLength(1);
  });

  it('without pictures are no pictures', async () => {
    write(
      'empty.tar',
      tarOf([
        { name: 'a.txt', data: picture },
        { name: 'b.cr2', data: picture },
      ]),
    );
    const ran = await facetag(['empty.tar'], { cwd });
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain('No pictures found. Not read: 1 .cr2');
  });

  it('leave nothing behind when they are stopped, and go on where they were', async () => {
    const many = Array.from({ length: 60 }, (_, index) => ({
      name: `p${String(index).padStart(2, '0')}.jpg`,
      data: index % 2 === 0 ? picture : other,
    }));
    write('many.tar', tarOf(many));
    write('many.tgz', gzipSync(tarOf(many)));
    const stopped = launch(['many.tar', 'many.tgz', '-j', '1', '-v'], { cwd });
    await until(() => stopped.stderr().includes('p03.jpg'), 'some are tagged');
    const own = (): string[] => readdirSync('/dev/shm').filter((name) => name.includes(`-${stopped.pid}-`));
    expect(own()).toEqual([expect.stringMatching(/^facetag-tag-/)]);
    stopped.child.kill('SIGTERM');
    expect(await stopped.ended).toMatchObject({ code: 143 });
    expect(own()).toEqual([]);
    const rest = await run('many.tar', 'many.tgz');
    expect(rest).toMatchObject({ code: 0, summary: { pictures: 120, failed: 0 } });
    expect(rest.summary.skipped).toBeGreaterThan(0);
    expect(rest.summary.skipped).toBeLessThan(120);
  });
});
