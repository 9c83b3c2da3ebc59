import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exportFolders } from '../../src/adapters/export-folder.js';
import type { Roots } from '../../src/core/roots.js';

let home: string;

beforeEach(() => {
  home = realpathSync(mkdtempSync(path.join(tmpdir(), 'facetag-export-')));
});

afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

const at = (...names: string[]): string => path.join(home, ...names);

function put(file: string, text: string): void {
  mkdirSync(path.dirname(at(file)), { recursive: true });
  writeFileSync(at(file), text);
}

const textOf = (file: string): string => readFileSync(at(file), 'utf8');

/** Exports these files. */
async function exportFiles(files: Readonly<Record<string, string>>, kind = 'voc'): Promise<void> {
  await exportFolders.hold(at('out'), kind, async (folder) => {
    for (const [name, text] of Object.entries(files)) await folder.write(name, text);
  });
}

function listing(folder: string): string[] {
  const entries = readdirSync(at(folder), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => !entry.isDirectory());
  return files.map(({ parentPath, name }) => path.relative(at(folder), path.join(parentPath, name))).sort();
}

describe('an export folder', () => {
  it('is made, and lists the files that are its own', async () => {
    await exportFiles({ 'b/c.xml': 'c', 'a.txt': 'a' });
    expect(listing('out')).toEqual(['a.txt', 'b/c.xml', 'facetag-export.json']);
    expect(JSON.parse(textOf('out/facetag-export.json'))).toEqual({
      schemaVersion: 1,
      kind: 'voc',
      complete: true,
      files: ['a.txt', 'b/c.xml'],
    });
  });

  it('is replaced by a later export of its kind: what that does not write goes, what others put there stays', async () => {
    await exportFiles({ 'a.xml': 'old', 'b.xml': 'old' });
    put('out/mine.xml', 'mine');
    await exportFiles({ 'a.xml': 'new', 'c.xml': 'new' });
    expect(listing('out')).toEqual(['a.xml', 'c.xml', 'facetag-export.json', 'mine.xml']);
    expect(textOf('out/a.xml')).toBe('new');
    expect(textOf('out/mine.xml')).toBe('mine');
  });

  it('does not overwrite what others put there', async () => {
    await exportFiles({ 'a.xml': 'old' });
    put('out/b.xml', 'mine');
    await expect(exportFiles({ 'a.xml': 'new', 'b.xml': 'new' })).rejects.toMatchObject({
      code: 'OUTPUT_UNUSABLE',
      message: expect.stringContaining('b.xml is not of the earlier export') as string,
    });
    expect(textOf('out/b.xml')).toBe('mine');
  });

  it('that was cut short is replaced whole', async () => {
    await exportFiles({ 'a.xml': 'old', 'z.xml': 'old' });
    const cut = exportFolders.hold(at('out'), 'voc', async (folder) => {
      await folder.write('b.xml', 'half');
      throw new Error('killed');
    });
    await expect(cut).rejects.toThrow('killed');
    expect(JSON.parse(textOf('out/facetag-export.json'))).toMatchObject({ complete: false });
    await exportFiles({ 'a.xml': 'new', 'b.xml': 'new' });
    expect(listing('out')).toEqual(['a.xml', 'b.xml', 'facetag-export.json']);
    expect(textOf('out/b.xml')).toBe('new');
  });

  it.each([
    ['somebody’s files', 'out/thesis.tex', ''],
    [
      'an export of another kind',
      'out/facetag-export.json',
      '{"schemaVersion":1,"kind":"coco","complete":true,"files":[]}',
    ],
    [
      'a list that is not ours',
      'out/facetag-export.json',
      '{"schemaVersion":1,"kind":"voc","complete":true,"files":["../x"]}',
    ],
    ['no list at all', 'out/facetag-export.json', 'hello'],
  ])('is refused where there is %s', async (_, file, text) => {
    put(file, text);
    const before = listing('out');
    await expect(exportFiles({ 'a.xml': '' })).rejects.toMatchObject({ code: 'USAGE' });
    expect(listing('out')).toEqual(before);
  });

  it('is not written through links', async () => {
    await exportFiles({ 'b/a.xml': 'old' });
    put('victim/a.xml', 'theirs');
    rmSync(at('out/b'), { recursive: true });
    symlinkSync(at('victim'), at('out/b'));
    await expect(exportFiles({ 'b/a.xml': 'new' })).rejects.toMatchObject({ code: 'WRITE_FAILED' });
    expect(textOf('victim/a.xml')).toBe('theirs');
  });

  it('is not made where nothing can be written to it', async () => {
    put('file', '');
    await expect(exportFolders.hold(at('file/out'), 'voc', () => Promise.resolve())).rejects.toMatchObject({
      code: 'OUTPUT_UNUSABLE',
    });
    await expect(exportFolders.hold(at('out'), 'voc', () => Promise.reject(new Error('no')))).rejects.toThrow(
      'no',
    );
  });

  it('is written to by one export at a time', async () => {
    const both = exportFolders.hold(at('out'), 'voc', () => exportFiles({ 'a.xml': '' }));
    await expect(both).rejects.toMatchObject({ code: 'OUTPUT_LOCKED' });
  });
});

describe('files beside pictures', () => {
  const roots = (): Roots => ({ base: at('photos'), others: new Map([['phone', at('backup/phone')]]) });
  const sidecars = { ending: '.xmp', isOurs: (text: string) => text.startsWith('ours') };

  async function beside(...images: string[]): Promise<string[]> {
    const refused: string[] = [];
    await exportFolders.beside(roots(), sidecars, async (folder) => {
      for (const image of images) {
        await folder.write(`${image}.xmp`, 'ours, new').catch((error: unknown) => {
          refused.push(`${image}: ${error instanceof Error ? error.message : ''}`);
        });
      }
    });
    return refused;
  }

  beforeEach(() => {
    for (const file of ['photos/a.jpg', 'photos/b/c.jpg', 'backup/phone/d.jpg']) put(file, 'picture');
  });

  it('are written below every root, and leave nothing else', async () => {
    expect(await beside('a.jpg', 'b/c.jpg', 'phone/d.jpg')).toEqual([]);
    expect(listing('.')).toEqual([
      'backup/phone/d.jpg',
      'backup/phone/d.jpg.xmp',
      'photos/a.jpg',
      'photos/a.jpg.xmp',
      'photos/b/c.jpg',
      'photos/b/c.jpg.xmp',
    ]);
    expect(readdirSync(at('photos'))).not.toContain('.facetag-tmp');
  });

  it('replace our own and no other program’s', async () => {
    put('photos/a.jpg.xmp', 'ours, old');
    put('photos/b/c.jpg.xmp', 'theirs');
    expect(await beside('a.jpg', 'b/c.jpg')).toEqual([
      expect.stringMatching(/^b\/c\.jpg: .*another program/),
    ]);
    expect(textOf('photos/a.jpg.xmp')).toBe('ours, new');
    expect(textOf('photos/b/c.jpg.xmp')).toBe('theirs');
  });

  it('are removed where there is to be none, if they are ours', async () => {
    put('photos/a.jpg.xmp', 'ours, old');
    put('photos/b/c.jpg.xmp', 'theirs');
    await exportFolders.beside(roots(), sidecars, (folder) => {
      for (const name of ['a.jpg.xmp', 'b/c.jpg.xmp', 'gone/e.jpg.xmp']) folder.omit(name);
      return Promise.resolve();
    });
    expect(existsSync(at('photos/a.jpg.xmp'))).toBe(false);
    expect(existsSync(at('photos/b/c.jpg.xmp'))).toBe(true);
  });

  it('are neither written for pictures that are gone nor through links', async () => {
    put('victim/f.jpg', 'picture');
    symlinkSync(at('victim'), at('photos/link'));
    expect(await beside('gone/e.jpg', 'link/f.jpg')).toEqual([
      expect.stringContaining('gone/e.jpg: '),
      expect.stringContaining('link/f.jpg: '),
    ]);
    expect(existsSync(at('photos/gone'))).toBe(false);
    expect(listing('victim')).toEqual(['f.jpg']);
  });
});
