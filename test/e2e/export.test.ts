import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { outputFolders } from '../../src/adapters/output-folder.js';
import { EXPORT_KINDS } from '../../src/config.js';
import { face, failedRecord, okRecord } from '../records.js';
import { contents, facetag, temporaryFolder, type Ran } from './cli.js';

let cwd: string;

/** An output folder of two faces, a picture without any and a failed one, and the pictures. */
beforeEach(async () => {
  cwd = temporaryFolder();
  const records = [
    okRecord('2024/a.jpg', [face(), face({ box: { x1: 100, y1: 0, x2: 160, y2: 80 } })]),
    okRecord('b.png', []),
    failedRecord('c.jpg', 'CORRUPT'),
  ];
  mkdirSync(path.join(cwd, 'photos/2024'), { recursive: true });
  for (const { image } of records) writeFileSync(path.join(cwd, 'photos', image), 'a picture');
  await outputFolders.hold(path.join(cwd, 'out'), async (folder) => {
    await folder.writeRoots({ base: path.join(cwd, 'photos') });
    for (const record of records) await folder.ledger.write(record, undefined);
  });
});

const run = (...args: string[]): Promise<Ran> => facetag(['export', ...args], { cwd });
const files = (folder: string): string[] => [...contents(path.join(cwd, folder)).keys()];
const textOf = (file: string): string => readFileSync(path.join(cwd, file), 'utf8');

describe.each(EXPORT_KINDS)('facetag export --to %s', (kind) => {
  it('writes the same bytes each time, over an earlier export too, and leaves its source alone', async () => {
    const before = contents(path.join(cwd, 'out'));
    expect(await run('out', '--to', kind, '-o', 'one')).toMatchObject({ code: 0, stdout: '' });
    const first = contents(path.join(cwd, 'one'));
    expect(first.size).toBeGreaterThan(1);
    await run('out', '--to', kind, '-o', 'one');
    await run('out', '--to', kind, '-o', 'two');
    expect(contents(path.join(cwd, 'one'))).toEqual(first);
    expect(contents(path.join(cwd, 'two'))).toEqual(first);
    expect(contents(path.join(cwd, 'out'))).toEqual(before);
  });

  it('carries gender and age', async () => {
    await run('out', '--to', kind, '-o', 'one');
    const all = [...contents(path.join(cwd, 'one')).values()].join('\n');
    expect(all).toMatch(/female/i);
    expect(all).toContain('25-32');
  });
});

describe('facetag export', () => {
  it('says what it did, and that failed pictures are left out', async () => {
    const { stderr } = await run('out', '--to', 'voc', '-o', 'voc');
    expect(stderr).toBe(
      '2 pictures exported to voc; 1 failed picture left out\n' +
        `2 faces: 2 female, 0 male; ages 25-32: 2\nin ${path.join(cwd, 'voc')}\n`,
    );
    const quiet = await run('out', '--to', 'voc', '-o', 'voc', '-q');
    expect(quiet).toMatchObject({ code: 0, stderr: '' });
    const json = await run('out', '--to', 'voc', '-o', 'voc', '--log-format', 'json');
    expect(JSON.parse(json.stderr)).toMatchObject({ event: 'export-end', to: 'voc', pictures: 2, failed: 1 });
  });

  it('takes what matches, and forgets what an earlier export had beside it', async () => {
    await run('out', '--to', 'voc', '-o', 'voc');
    expect(files('voc')).toContain('Annotations/b.xml');
    await run('out', '--to', 'voc', '-o', 'voc', '--where', 'faces > 0');
    expect(files('voc').filter((file) => file.endsWith('.xml'))).toEqual(['Annotations/2024/a.xml']);
    expect(await run('out', '--to', 'voc', '-o', 'voc', '--where', 'face > 0')).toMatchObject({ code: 2 });
  });

  it('takes a merged folder', async () => {
    expect((await facetag(['merge', 'out', '-o', 'merged'], { cwd })).code).toBe(0);
    await run('out', '--to', 'coco', '-o', 'one');
    await run('merged', '--to', 'coco', '-o', 'two');
    expect(contents(path.join(cwd, 'two'))).toEqual(contents(path.join(cwd, 'one')));
  });

  it.each<[string, string[], RegExp]>([
    ['no kind', ['out', '-o', 'x'], /one of coco, label-studio.* for --to or FACETAG_TO/],
    [
      'an unknown kind',
      ['out', '--to', 'csv', '-o', 'x'],
      /Expected one of coco, .* for --to, received "csv"/,
    ],
    ['no folder to write', ['out', '--to', 'coco'], /the folder to write for --output/],
    ['the folder that is read', ['out', '--to', 'coco', '-o', 'out'], /a folder outside/],
    ['a folder among the records', ['out', '--to', 'coco', '-o', 'out/json/x'], /a folder outside/],
    [
      'the folder of the pictures',
      ['out', '--to', 'xmp', '-o', 'photos'],
      /an empty folder, or that of an earlier xmp/,
    ],
    ['what is no output folder', ['photos', '--to', 'coco', '-o', 'x'], /an output folder of facetag/],
    ['what is not there', ['nowhere', '--to', 'coco', '-o', 'x'], /an output folder of facetag/],
    [
      'a flag of another kind',
      ['out', '--to', 'coco', '-o', 'x', '--split', '0.2'],
      /Expected yolo.* for --to/,
    ],
    ['--beside with a folder', ['out', '--to', 'xmp', '-o', 'x', '--beside'], /either --output or --beside/],
  ])('refuses %s', async (_, args, message) => {
    const before = contents(cwd);
    const ran = await run(...args);
    expect(ran).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(message) as string });
    expect(contents(cwd)).toEqual(before);
  });

  it('exits 1 and names what could not be taken', async () => {
    await outputFolders.hold(path.join(cwd, 'out'), async ({ ledger }) => {
      await ledger.write(okRecord('b.jpg'), undefined);
    });
    const ran = await run('out', '--to', 'yolo', '-o', 'yolo');
    expect(ran).toMatchObject({ code: 1 });
    expect(ran.stderr).toMatch(/^warning: b\.png is not exported: /m);
    expect(ran.stderr).toContain('; 1 picture could not be exported');
    writeFileSync(path.join(cwd, 'out/json/b.jpg.json'), '{');
    const damaged = await run('out', '--to', 'coco', '-o', 'coco');
    expect(damaged).toMatchObject({ code: 1 });
    expect(damaged.stderr).toMatch(/^warning: The record of b\.jpg is damaged/m);
  });

  it('writes sidecars beside the pictures when that is asked for, and keeps those of other programs', async () => {
    expect(await run('out', '--to', 'xmp', '--beside')).toMatchObject({ code: 0 });
    expect(files('photos')).toEqual(['2024/a.jpg', '2024/a.jpg.xmp', 'b.png', 'c.jpg']);
    expect(textOf('photos/2024/a.jpg.xmp')).toContain('mwg-rs:Type="Face"');
    expect(await run('out', '--to', 'xmp', '--beside')).toMatchObject({ code: 0 });
    const edited = textOf('photos/2024/a.jpg.xmp').replace('x:xmptk="facetag"', 'x:xmptk="digiKam"');
    writeFileSync(path.join(cwd, 'photos/2024/a.jpg.xmp'), edited);
    const ran = await run('out', '--to', 'xmp', '--beside');
    expect(ran).toMatchObject({ code: 1 });
    expect(ran.stderr).toMatch(/^warning: 2024\/a\.jpg is not exported: .*another program/m);
    expect(textOf('photos/2024/a.jpg.xmp')).toBe(edited);
  });

  it.each<[string, string, string[], RegExp]>([
    [
      'objects of a bucket',
      's3://photos',
      ['a.jpg'],
      /files in folders .* for --beside, received "s3:\/\/photos"/,
    ],
    ['members of an archive', 'photos', ['b.zip/a.jpg', 'b.zip/c.jpg'], /for --beside, received "b\.zip"/],
  ])('refuses to write sidecars beside %s', async (_, base, images, message) => {
    writeFileSync(path.join(cwd, 'photos/b.zip'), 'an archive');
    await outputFolders.hold(path.join(cwd, 'other'), async (folder) => {
      await folder.writeRoots({ base: base.startsWith('s3:') ? base : path.join(cwd, base) });
      for (const image of images) await folder.ledger.write(okRecord(image), undefined);
    });
    const before = contents(cwd);
    const ran = await run('other', '--to', 'xmp', '--beside');
    expect(ran).toMatchObject({ code: 2, stderr: expect.stringMatching(message) as string });
    expect(contents(cwd)).toEqual(before);
    expect(await run('other', '--to', 'xmp', '-o', 'x')).toMatchObject({ code: 0 });
  });

  it('writes sidecars beside files and links, and names the members of archives among them', async () => {
    writeFileSync(path.join(cwd, 'photos/b.zip'), 'an archive');
    symlinkSync('b.png', path.join(cwd, 'photos/link.png'));
    mkdirSync(path.join(cwd, 'photos/folder.zip'));
    writeFileSync(path.join(cwd, 'photos/folder.zip/a.jpg'), 'a picture');
    await outputFolders.hold(path.join(cwd, 'out'), async ({ ledger }) => {
      for (const image of ['b.zip/a.jpg', 'folder.zip/a.jpg', 'gone.jpg', 'link.png'])
        await ledger.write(okRecord(image), undefined);
      await ledger.write(okRecord('b.zip/none.jpg', []), undefined);
    });
    const ran = await run('out', '--to', 'xmp', '--beside');
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain('b.zip/a.jpg is not exported: it is in an archive');
    expect(ran.stderr).toContain('gone.jpg is not exported: the picture is not there any more');
    expect(ran.stderr.match(/is not exported/g)).toHaveLength(2);
    expect(files('photos').filter((file) => file.endsWith('.xmp'))).toEqual([
      '2024/a.jpg.xmp',
      'folder.zip/a.jpg.xmp',
      'link.png.xmp',
    ]);
  });

  it('keeps what was exported when its source is gone', async () => {
    await run('out', '--to', 'coco', '-o', 'one');
    const before = contents(path.join(cwd, 'one'));
    cpSync(path.join(cwd, 'out'), path.join(cwd, 'kept'), { recursive: true });
    rmSync(path.join(cwd, 'out'), { recursive: true });
    expect(await run('out', '--to', 'coco', '-o', 'one')).toMatchObject({ code: 2 });
    expect(contents(path.join(cwd, 'one'))).toEqual(before);
    expect(existsSync(path.join(cwd, 'out'))).toBe(false);
  });

  it('lists what each kind carries and drops in its help', async () => {
    const { stdout, code } = await run('--help');
    expect(code).toBe(0);
    for (const kind of EXPORT_KINDS) expect(stdout).toMatch(new RegExp(`^  ${kind} .*\\n +drops `, 'm'));
  });
});
