import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { countSystemFolders } from '../../src/core/system-folders.js';
import { nameFilter } from '../../src/sources/matching.js';
import { makeTree } from './tree.js';

const NAMES = ['@eaDir', '#recycle', '$RECYCLE.BIN', '$Recycle.Bin', '.Trashes', '__MACOSX', '.thumbnails'];

/** As Synology's DSM has it: a folder for each picture, with thumbnails in it. */
const SYNOLOGY = [
  'a.jpg',
  '@eaDir/a.jpg/SYNOPHOTO_THUMB_M.jpg',
  '2024/b.jpg',
  '2024/@eaDir/b.jpg/SYNOPHOTO_THUMB_M.jpg',
];
const PICTURES = ['2024/b.jpg', 'a.jpg'];

describe('folders of a system', () => {
  it.each(NAMES)('are left out and told: %s', async (name) => {
    const { root, discover } = await makeTree(['a.jpg', `${name}/b.jpg`, `deep/er/${name}/c/d.jpg`]);
    const found = await discover();
    expect(found).toMatchObject({ relativePaths: ['a.jpg'], problems: [] });
    expect([...found.systemFolders].sort()).toEqual([
      path.join(root, name),
      path.join(root, 'deep/er', name),
    ]);
    const all = await discover({ hidden: true });
    expect(all.relativePaths.sort()).toEqual(['a.jpg', `${name}/b.jpg`, `deep/er/${name}/c/d.jpg`].sort());
    expect(all.systemFolders.size).toBe(0);
  });

  it.each<[string[], string[]]>([
    [['.'], PICTURES],
    [['**/*.jpg'], PICTURES],
    [['**'], PICTURES],
    [['*'], PICTURES],
    [['2024/*'], ['b.jpg']],
    [['@eaDir'], ['a.jpg/SYNOPHOTO_THUMB_M.jpg']],
    [['@eaDir/a.jpg'], ['SYNOPHOTO_THUMB_M.jpg']],
    [
      ['.', '@eaDir'],
      ['2024/b.jpg', '@eaDir/a.jpg/SYNOPHOTO_THUMB_M.jpg', 'a.jpg'],
    ],
    [['*/@eaDir/**'], ['2024/@eaDir/b.jpg/SYNOPHOTO_THUMB_M.jpg']],
    [['@eaDir/**/*.jpg'], ['a.jpg/SYNOPHOTO_THUMB_M.jpg']],
    [['@eaDir/a.jpg/SYNOPHOTO_THUMB_M.jpg'], ['SYNOPHOTO_THUMB_M.jpg']],
  ])('are taken where they are named: %j', async (inputs, pictures) => {
    const { discover } = await makeTree(SYNOLOGY);
    expect((await discover({ inputs })).relativePaths).toEqual(pictures);
  });

  it('are counted where they are left out, not where they are named', async () => {
    const { discover } = await makeTree(SYNOLOGY);
    const left = async (...inputs: string[]) =>
      countSystemFolders((await discover({ inputs })).systemFolders);
    expect(await left('.')).toBe('2 @eaDir');
    expect(await left('.', '@eaDir')).toBe('1 @eaDir');
    expect(await left('@eaDir')).toBe('');
  });

  it('are left out behind a link that is followed, and as one', async () => {
    const { discover } = await makeTree(['p/l -> ../q', 'p/@eaDir -> ../q', 'q/a.jpg', 'q/@eaDir/b.jpg']);
    const found = await discover({ inputs: ['p'], followSymlinks: true });
    expect(found.relativePaths).toEqual(['l/a.jpg']);
    expect(countSystemFolders(found.systemFolders)).toBe('2 @eaDir');
    // A link that is not followed leads nowhere.
    expect((await discover({ inputs: ['p'] })).systemFolders.size).toBe(0);
  });

  it('are left out of archives and buckets alike, unless a prefix names them', () => {
    const names = ['a.jpg', '.h/b.jpg', 'x/@eaDir/c.jpg', 'x/@eaDir/.h/d.jpg', '__MACOSX/._a.jpg'];
    const taken = (over: object) => {
      const left = new Set<string>();
      const filter = nameFilter({ ignore: [], hidden: false, cwd: '/', ...over }, '/p', left);
      return [names.filter(filter), countSystemFolders(left)];
    };
    expect(taken({})).toEqual([['a.jpg'], '1 @eaDir, 1 __MACOSX']);
    expect(taken({ hidden: true })).toEqual([names, '']);
    expect(taken({ prefixes: ['x/@eaDir/'] })).toEqual([['x/@eaDir/c.jpg'], '1 @eaDir, 1 __MACOSX']);
    expect(taken({ prefixes: ['.h/', 'x/'] })).toEqual([['.h/b.jpg'], '1 @eaDir, 1 __MACOSX']);
  });
});
