import nodeFs from 'node:fs';
import { mkdir, rename, symlink, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { discoverImages } from '../../src/discover/discover.js';
import { defaults, makeTree } from './tree.js';

describe('what is taken', () => {
  it('takes every picture extension in any case, and nothing else', async () => {
    const pictures =
      'a.jpg b.JPEG c.png d.webp e.tif f.TIFF g.gif h.avif i.heic j.heif k.BMP l.jfif m.JPE n.jif'.split(' ');
    const others = ['notes.txt', 'jpg', 'x.jpg.txt', 'folder/readme.md'];
    const { root, discover } = await makeTree([...pictures, ...others]);
    const found = await discover();
    expect(found).toEqual({
      base: root,
      relativePaths: pictures,
      absent: [],
      problems: [],
      resultFolders: [],
      systemFolders: new Set(),
      folders: ['.'],
      unread: {},
      unmatchedGlobs: [],
      foundAny: true,
    });
  });

  it('counts what looks like a picture or a video and is not read, but not what was left out', async () => {
    const { discover } = await makeTree([
      ...['a.jpg', 'a.CR2', 'b.cr2', 'clip.mov', 'sub/c.cr2', 'sub/x.svg', 'notes.txt'],
      ...['.hidden.cr2', 'out/d.cr2', 'folder.mp4/e.jpg'],
    ]);
    const found = await discover({ ignore: ['out'] });
    expect(found.relativePaths).toEqual(['a.jpg', 'folder.mp4/e.jpg']);
    expect(found.unread).toEqual({ '.cr2': 3, '.mov': 1, '.svg': 1 });
    expect((await discover({ inputs: ['*.jpg'] })).unread).toEqual({});
  });

  it('sorts by code unit whatever the order of folders and their contents', async () => {
    const names = [
      'Z.jpg',
      'a-b/x.jpg',
      'a.jpg',
      'a/x.jpg',
      'a/y/z.jpg',
      'b.jpg',
      'é.jpg',
      '\u{1F600}.jpg',
      '\uFF21.jpg',
    ];
    const { discover } = await makeTree([...names].reverse());
    expect((await discover()).relativePaths).toEqual(names);
  });

  it('finds names with every awkward character', async () => {
    const stems = [
      "it's",
      'a b',
      'a"b',
      'a\nb',
      'a\r\u2028\u2029b',
      '\u{1F40A}\n\u{1F40D}',
      'a\\b',
      'a*b',
      'a?',
      '[x]',
    ].concat(['{a,b}', '!n', '(1)', '-n', '#', '+(a)', 'café', 'cafe\u0301', '\uFFFD', ' ', '~', '$HOME']);
    const names = stems.map((stem) => `dir ${stem}/${stem}.jpg`);
    const { discover } = await makeTree(names);
    for (const input of ['.', '**/*.jpg', '*/*']) {
      const found = await discover({ inputs: [input] });
      expect(found.relativePaths).toEqual([...names].sort());
      expect(found.problems).toEqual([]);
    }
  });

  it('takes a named file whatever its extension', async () => {
    const { root, discover } = await makeTree(['scans/page', 'scans/b.jpg']);
    const found = await discover({ inputs: ['scans/page'] });
    expect(found).toMatchObject({ base: path.join(root, 'scans'), relativePaths: ['page'] });
  });

  it.each([
    ['leaves hidden ones out', false, '.', ['a.jpg']],
    ['takes them on demand', true, '.', ['.b.jpg', '.c/d.jpg', 'a.jpg', 'e/.f/g.jpg']],
    ['takes a hidden folder that was named', false, '.c', ['d.jpg']],
    ['takes a hidden file that was named', false, '.b.jpg', ['.b.jpg']],
  ])('%s', async (_, hidden, input, expected) => {
    const { discover } = await makeTree(['a.jpg', '.b.jpg', '.c/d.jpg', 'e/.f/g.jpg']);
    expect((await discover({ hidden, inputs: [input] })).relativePaths).toEqual(expected);
  });

  it('gives an empty list for a folder without pictures', async () => {
    const { root, discover } = await makeTree(['empty/', 'notes.txt']);
    expect(await discover()).toEqual({
      base: root,
      relativePaths: [],
      absent: [],
      problems: [],
      resultFolders: [],
      systemFolders: new Set(),
      folders: ['.'],
      unread: {},
      unmatchedGlobs: [],
      foundAny: false,
    });
  });

  it('takes only what changed after a moment, named files included', async () => {
    const { root, discover } = await makeTree(['old.jpg', 'at.jpg', 'new.jpg', 'sub/old.jpg']);
    for (const [name, seconds] of [
      ['old.jpg', 999],
      ['at.jpg', 1000],
      ['new.jpg', 1001],
      ['sub/old.jpg', 1],
    ] as const) {
      await utimes(path.join(root, name), seconds, seconds);
    }
    const found = await discover({ inputs: ['.', 'sub/old.jpg'], newerThanMs: 1_000_000 });
    expect(found.relativePaths).toEqual(['new.jpg']);
  });

  it('splits into shards that are disjoint and complete', async () => {
    const names = Array.from({ length: 50 }, (_, index) => `f${index % 5}/${index}.jpg`);
    const { discover } = await makeTree(names);
    const shards = await Promise.all([1, 2, 3].map((index) => discover({ shard: { index, count: 3 } })));
    for (const shard of shards) expect(shard.relativePaths.length).toBeGreaterThan(5);
    expect(shards.flatMap((shard) => shard.relativePaths).sort()).toEqual([...names].sort());
  });
});

describe('--ignore', () => {
  const tree = ['a.jpg', 'a.tmp.jpg', 'raw/b.jpg', 'x/raw/c.jpg', 'x/raw2/d.jpg', 'x/y/e.jpg'];
  it.each([
    ['a name at any depth', ['raw'], ['a.jpg', 'a.tmp.jpg', 'x/raw2/d.jpg', 'x/y/e.jpg']],
    ['a trailing slash', ['raw/'], ['a.jpg', 'a.tmp.jpg', 'x/raw2/d.jpg', 'x/y/e.jpg']],
    ['a wildcard that matches folders', ['raw*'], ['a.jpg', 'a.tmp.jpg', 'x/y/e.jpg']],
    [
      'a wildcard on files',
      ['*.tmp.jpg'],
      ['a.jpg', 'raw/b.jpg', 'x/raw/c.jpg', 'x/raw2/d.jpg', 'x/y/e.jpg'],
    ],
    ['a leading slash', ['/raw'], ['a.jpg', 'a.tmp.jpg', 'x/raw/c.jpg', 'x/raw2/d.jpg', 'x/y/e.jpg']],
    ['several segments', ['x/raw'], ['a.jpg', 'a.tmp.jpg', 'raw/b.jpg', 'x/raw2/d.jpg', 'x/y/e.jpg']],
    ['everything in a folder', ['x/**'], ['a.jpg', 'a.tmp.jpg', 'raw/b.jpg']],
    ['several patterns', ['x', 'a*'], ['raw/b.jpg']],
    ['a path from the working directory', ['photos/x'], ['a.jpg', 'a.tmp.jpg', 'raw/b.jpg']],
    ['braces', ['{x,raw}'], ['a.jpg', 'a.tmp.jpg']],
  ])('%s', async (_, ignore, expected) => {
    const { discover } = await makeTree(tree.map((name) => `photos/${name}`));
    expect((await discover({ inputs: ['photos'], ignore })).relativePaths).toEqual(expected);
  });

  it('understands an absolute path', async () => {
    const { root, discover } = await makeTree(['p/a.jpg', 'p/raw/b.jpg', 'p/q/raw/c.jpg']);
    const found = await discover({ inputs: ['p'], ignore: [path.join(root, 'p/raw')] });
    expect(found.relativePaths).toEqual(['a.jpg', 'q/raw/c.jpg']);
  });

  it('does not touch what was named', async () => {
    const { discover } = await makeTree(['raw/a.jpg', 'raw/raw/b.jpg', 'c.jpg']);
    const found = await discover({ inputs: ['raw', 'c.jpg'], ignore: ['raw', 'c.jpg'] });
    expect(found.relativePaths).toEqual(['c.jpg', 'raw/a.jpg']);
  });

  it('refuses an empty pattern', async () => {
    const { discover } = await makeTree(['a.jpg']);
    await expect(discover({ ignore: [''] })).rejects.toThrow('Expected a glob for --ignore, received ""');
  });
});

describe('globs', () => {
  const tree = ['p/a.jpg', 'p/b.png', 'p/notes.txt', 'p/x/c.jpg', 'p/x/.h.jpg', 'p/y/d.jpg', 'p/y/z/e.jpg'];
  it.each([
    ['p/*.jpg', 'p', ['a.jpg']],
    ['p/**/*.jpg', 'p', ['a.jpg', 'x/c.jpg', 'y/d.jpg', 'y/z/e.jpg']],
    ['p/*/*.jpg', 'p', ['x/c.jpg', 'y/d.jpg']],
    ['p/{x,y}/*.jpg', 'p', ['x/c.jpg', 'y/d.jpg']],
    ['p/*', 'p', ['a.jpg', 'b.png', 'x/c.jpg', 'y/d.jpg', 'y/z/e.jpg']],
    ['p/**', 'p', ['a.jpg', 'b.png', 'x/c.jpg', 'y/d.jpg', 'y/z/e.jpg']],
    ['p/[y]', 'p', ['y/d.jpg', 'y/z/e.jpg']],
    ['./p//x/?.jpg', 'p/x', ['c.jpg']],
    ['p/x/.h*', 'p/x', ['.h.jpg']],
  ])('%s', async (glob, base, expected) => {
    const { root, discover } = await makeTree(tree);
    const found = await discover({ inputs: [glob] });
    expect(found).toMatchObject({ base: path.join(root, base), relativePaths: expected, unmatchedGlobs: [] });
  });

  it('takes what exists literally before reading it as a pattern', async () => {
    const { discover } = await makeTree([
      'a[1].jpg',
      'a1.jpg',
      'photos (2020)/b.jpg',
      'photos 2020/c.jpg',
      '*/d.jpg',
    ]);
    expect((await discover({ inputs: ['a[1].jpg'] })).relativePaths).toEqual(['a[1].jpg']);
    expect((await discover({ inputs: ['photos (2020)'] })).relativePaths).toEqual(['b.jpg']);
    expect((await discover({ inputs: ['photos (2020)/*.jpg'] })).relativePaths).toEqual(['b.jpg']);
    expect((await discover({ inputs: ['*'] })).relativePaths).toEqual(['d.jpg']);
  });

  it('says which globs matched nothing', async () => {
    const { discover } = await makeTree(['a.jpg', 'notes.txt']);
    const found = await discover({ inputs: ['*.jpg', '*.png', '*.txt', 'nowhere/*.jpg'] });
    expect(found).toMatchObject({
      relativePaths: ['a.jpg'],
      unmatchedGlobs: ['*.png', '*.txt', 'nowhere/*.jpg'],
    });
  });

  it('leaves out what --ignore names', async () => {
    const { discover } = await makeTree(tree);
    const found = await discover({ inputs: ['p/**/*.jpg'], ignore: ['y', '/a.jpg'] });
    expect(found.relativePaths).toEqual(['x/c.jpg']);
  });
});

describe('the base folder', () => {
  const tree = ['p/2023/a.jpg', 'p/2024/a.jpg', 'p/2024/b/c.jpg', 'q/d.jpg'];
  it.each([
    ['one folder', ['p'], 'p', ['2023/a.jpg', '2024/a.jpg', '2024/b/c.jpg']],
    ['one file', ['p/2024/a.jpg'], 'p/2024', ['a.jpg']],
    ['siblings', ['p/2023', 'p/2024/b'], 'p', ['2023/a.jpg', '2024/b/c.jpg']],
    ['a file and a folder', ['p/2024/a.jpg', 'q'], '.', ['p/2024/a.jpg', 'q/d.jpg']],
    ['files of one folder', ['p/2024/a.jpg', 'p/2024/b/c.jpg'], 'p/2024', ['a.jpg', 'b/c.jpg']],
    ['a folder and one inside it', ['p/2024/b', 'p/2024'], 'p/2024', ['a.jpg', 'b/c.jpg']],
    ['a glob and a folder', ['p/*/a.jpg', 'p/2024/b'], 'p', ['2023/a.jpg', '2024/a.jpg', '2024/b/c.jpg']],
  ])('%s', async (_, inputs, base, expected) => {
    const { root, discover } = await makeTree(tree);
    const found = await discover({ inputs });
    expect(found).toMatchObject({ base: path.join(root, base), relativePaths: expected });
  });

  it('is the given one when everything lies in it', async () => {
    const { root, discover } = await makeTree(tree);
    const found = await discover({ inputs: ['p/2024/b'], base: root });
    expect(found).toMatchObject({ base: root, relativePaths: ['p/2024/b/c.jpg'] });
  });

  it('is refused when a path lies outside, naming both', async () => {
    const { root, discover } = await makeTree([...tree, 'pp/x.jpg']);
    const base = path.join(root, 'p');
    const failure = discover({ inputs: ['p/2024', 'pp'], base });
    await expect(failure).rejects.toMatchObject({ code: 'USAGE' });
    await expect(failure).rejects.toThrow(base);
    await expect(failure).rejects.toThrow(path.join(root, 'pp'));
  });

  it('holds a root that is inside it only through a link', async () => {
    const { root, discover } = await makeTree([...tree, 'elsewhere/link -> ../p/2024']);
    const found = await discover({ inputs: ['elsewhere/link'], base: path.join(root, 'p') });
    expect(found.relativePaths).toEqual(['2024/a.jpg', '2024/b/c.jpg']);
  });

  it('can be the root of the file system', async () => {
    const { root, discover } = await makeTree(['a.jpg']);
    expect((await discover({ base: '/' })).relativePaths).toEqual([`${root.slice(1)}/a.jpg`]);
  });
});

describe('overlap', () => {
  const all = ['2024/a.jpg', '2024/b.jpg', 'c.jpg'];
  it.each([
    [['p', 'p/2024', 'p/2024/a.jpg']],
    [['p/2024/a.jpg', 'p/2024', 'p']],
    [['p', './p', 'p/', 'p/../p']],
    [['p', 'link']],
    [['p', 'link/2024', 'link/2024/a.jpg']],
    [['deep', 'p']],
    [['deep', 'p', 'link']],
    [['deep/a.jpg', 'p', 'link']],
    [['p', 'p/**/*.jpg', 'link/*.jpg']],
  ])('%j: each picture once, under one name', async (inputs) => {
    const { root, discover } = await makeTree([
      ...all.map((name) => `p/${name}`),
      'link -> p',
      'deep -> p/2024',
    ]);
    expect(await discover({ inputs })).toMatchObject({ base: path.join(root, 'p'), relativePaths: all });
  });

  it('keeps the name of a linked root that leads out of every other', async () => {
    const { discover } = await makeTree(['p/a.jpg', 'p/out -> ../store', 'store/b.jpg']);
    expect((await discover({ inputs: ['p', 'p/out'] })).relativePaths).toEqual(['a.jpg', 'out/b.jpg']);
  });

  it('adds a named hidden or ignored folder to the walk around it', async () => {
    const { discover } = await makeTree(['p/a.jpg', 'p/.h/b.jpg', 'p/raw/c.jpg', 'p/raw/d/e.jpg']);
    const found = await discover({ inputs: ['p', 'p/.h', 'p/raw'], ignore: ['raw'] });
    expect(found.relativePaths).toEqual(['.h/b.jpg', 'a.jpg', 'raw/c.jpg', 'raw/d/e.jpg']);
  });
});

describe('paths that are not there', () => {
  it('names all of them at once', async () => {
    const { discover } = await makeTree(['a.jpg']);
    const failure = discover({ inputs: ['a.jpg', 'b.jpg', 'no/such', ''] });
    await expect(failure).rejects.toMatchObject({ code: 'USAGE' });
    await expect(failure).rejects.toThrow('received ["b.jpg","no/such",""]');
  });

  it('does not take parentheses for a pattern', async () => {
    const { discover } = await makeTree(['a.jpg']);
    await expect(discover({ inputs: ['photos (2020)'] })).rejects.toThrow('received "photos (2020)"');
  });
});

describe('a list of paths', () => {
  it('takes files and folders, and never reads a line as a pattern', async () => {
    const { root, discover } = await makeTree(['p/a.jpg', 'p/[ab].jpg', 'p/noext', 'q/b.jpg', 'q/c/d.jpg']);
    const listed = ['p/[ab].jpg', path.join(root, 'p/noext'), './q', 'q/c/../b.jpg', 'p/[a].jpg'];
    const found = await discover({ inputs: [], listed });
    expect(found.relativePaths).toEqual(['p/[ab].jpg', 'p/noext', 'q/b.jpg', 'q/c/d.jpg']);
    expect(found).toMatchObject({ absent: ['p/[a].jpg'], problems: [] });
  });

  it('gives the same for many files of a folder, which it looks up by reading the folder', async () => {
    const names = Array.from({ length: 100 }, (_, index) => `p/${index}.dat`);
    const { root, discover } = await makeTree([
      ...names,
      'p/sub/x.jpg',
      'p/link.jpg -> 0.dat',
      'p/gone -> nowhere',
    ]);
    const listed = [...names, 'p/sub', 'p/link.jpg', 'p/gone', 'p/missing.jpg', 'p/', 'p/..', 'p/.'];
    const one = await discover({ inputs: [], listed: listed.slice(0, 104), base: root });
    expect(one.relativePaths).toEqual([...names, 'p/link.jpg', 'p/sub/x.jpg'].sort());
    expect(one.problems.map((problem) => problem.relativePath)).toEqual(['p/gone']);
    expect(one.absent).toEqual(['p/missing.jpg']);
    const shuffled = listed.slice(0, 104).flatMap((line) => [line, `${root}/${line}`]);
    expect(await discover({ inputs: [], listed: shuffled, base: root })).toEqual(one);
    const folders = await discover({ inputs: [], listed, base: root });
    expect(folders.relativePaths).toEqual(one.relativePaths);
  });

  it('names what is not there, in a folder or without one, once and in order', async () => {
    const { root, discover } = await makeTree(['p/a.jpg', 'p/b.jpg', 'q/']);
    const numbers = Array.from({ length: 100 }, (_, index) => String(index).padStart(2, '0'));
    const absent = ['p', 'q', 'gone', 'gone/too', 'p/a.jpg'].flatMap((folder) =>
      numbers.map((number) => `${folder}/${number}.jpg`),
    );
    // Of a folder that is not there these lead to what is.
    const listed = [...absent, 'gone/../p/a.jpg', ...absent.map((name) => path.join(root, name)), 'gone/..'];
    const found = await discover({ inputs: [], listed, base: root });
    expect(found.absent).toEqual([...absent].sort());
    expect(found).toMatchObject({ relativePaths: ['p/a.jpg', 'p/b.jpg'], problems: [], foundAny: true });
    const shares = await Promise.all(
      [1, 2, 3].map((index) =>
        discover({ inputs: [], listed: absent, base: root, shard: { index, count: 3 } }),
      ),
    );
    expect(shares.flatMap((share) => share.absent).sort()).toEqual([...absent].sort());
  });

  it('is the same on a slow disk, which is asked several things at once', async () => {
    const { root, discover } = await makeTree([
      ...['p/a.jpg', 'q/b/c.jpg', 'odd -> nowhere', 'link -> p/a.jpg', 'folder -> q', 'loop -> loop'],
    ]);
    const names = [
      'p/a.jpg',
      'q/b',
      'odd',
      'link',
      'folder',
      'loop',
      'p/a.jpg/x.jpg',
      `${'n'.repeat(300)}.jpg`,
    ];
    const listed = Array.from({ length: 30 }, (_, index) => [...names, `gone-${index}.jpg`]).flat();
    let slow = 0;
    const lstatSync = ((...args: Parameters<typeof nodeFs.lstatSync>) => {
      slow += 1;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
      return nodeFs.lstatSync(...args);
    }) as typeof nodeFs.lstatSync;
    const options = { ...defaults(root), inputs: [], listed, base: root };
    const found = await discoverImages(options, { ...nodeFs, lstatSync });
    expect(found).toEqual(await discover({ inputs: [], listed, base: root }));
    expect(found.problems.map(({ relativePath, message }) => [relativePath, message])).toEqual([
      ['loop', 'cannot be looked at (ELOOP)'],
      ['odd', 'a link that leads nowhere (ENOENT)'],
    ]);
    expect(found.absent).toHaveLength(32);
    expect(slow).toBe(64);
  });
});

it('sees a tree that changed since', async () => {
  const { root, discover } = await makeTree(['a.jpg', 'b/c.jpg']);
  await discover();
  await rename(path.join(root, 'b'), path.join(root, 'd'));
  await mkdir(path.join(root, 'e'));
  await writeFile(path.join(root, 'e/f.jpg'), '');
  await symlink('a.jpg', path.join(root, 'g.jpg'));
  expect((await discover()).relativePaths).toEqual(['a.jpg', 'd/c.jpg', 'e/f.jpg', 'g.jpg']);
});
