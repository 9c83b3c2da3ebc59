import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeTree } from './tree.js';

describe('links to files', () => {
  it.each([false, true])('are taken under their own name (--follow: %s)', async (followSymlinks) => {
    const { discover } = await makeTree([
      'p/a.jpg',
      'p/b.jpg -> a.jpg',
      'p/c.jpg -> ../data/blob',
      'data/blob',
    ]);
    const found = await discover({ inputs: ['p'], followSymlinks });
    expect(found).toMatchObject({ relativePaths: ['a.jpg', 'b.jpg', 'c.jpg'], problems: [] });
  });

  it('are taken by a glob and by name', async () => {
    const { discover } = await makeTree(['p/a.jpg -> ../blob', 'p/b -> ../blob', 'blob']);
    const found = await discover({ inputs: ['p/*.jpg', 'p/b'] });
    expect(found.relativePaths).toEqual(['a.jpg', 'b']);
  });

  it('that lead nowhere are problems if they look like pictures', async () => {
    const { root, discover } = await makeTree([
      'a.jpg',
      'b.jpg -> gone',
      'c.txt -> gone',
      'd.jpg -> d.jpg',
      'e -> gone',
    ]);
    for (const followSymlinks of [false, true]) {
      const found = await discover({ followSymlinks });
      expect(found.relativePaths).toEqual(['a.jpg']);
      expect(found.problems).toEqual([
        {
          path: path.join(root, 'b.jpg'),
          relativePath: 'b.jpg',
          code: 'UNREADABLE',
          message: 'a link that leads nowhere (ENOENT)',
        },
        {
          path: path.join(root, 'd.jpg'),
          relativePath: 'd.jpg',
          code: 'UNREADABLE',
          message: 'a link that leads nowhere (ELOOP)',
        },
      ]);
    }
  });

  it('that lead nowhere and were named are problems, not the end', async () => {
    const { discover } = await makeTree(['a.jpg', 'b.jpg -> gone', 'c -> c']);
    const found = await discover({ inputs: ['a.jpg', 'b.jpg', 'c'] });
    expect(found.problems).toMatchObject([
      { relativePath: 'b.jpg', code: 'UNREADABLE' },
      { relativePath: 'c', code: 'UNREADABLE' },
    ]);
  });
});

describe('links to folders', () => {
  it('are entered on demand only', async () => {
    const { discover } = await makeTree(['p/a.jpg', 'p/more -> ../q', 'q/b.jpg', 'q/r/c.jpg']);
    expect((await discover({ inputs: ['p'] })).relativePaths).toEqual(['a.jpg']);
    const found = await discover({ inputs: ['p'], followSymlinks: true });
    expect(found.relativePaths).toEqual(['a.jpg', 'more/b.jpg', 'more/r/c.jpg']);
  });

  it('are entered when they were named', async () => {
    const { root, discover } = await makeTree(['q/b.jpg', 'link -> q']);
    expect(await discover({ inputs: ['link/'] })).toMatchObject({
      base: path.join(root, 'link'),
      relativePaths: ['b.jpg'],
    });
  });

  it.each([
    ['to itself by .', ['p/a.jpg', 'p/loop -> .'], ['a.jpg']],
    ['to the parent', ['p/q/a.jpg', 'p/q/loop -> ..'], ['q/a.jpg']],
    ['to above the root', ['p/a.jpg', 'p/loop -> ..', 'z/b.jpg'], ['a.jpg', 'loop/z/b.jpg']],
    [
      'between two folders',
      ['p/x/a.jpg', 'p/y/b.jpg', 'p/x/l -> ../y', 'p/y/m -> ../x'],
      ['x/a.jpg', 'y/b.jpg'],
    ],
    ['outside', ['p/in -> ../o', 'o/a.jpg', 'o/back -> ../p', 'o/again -> .'], ['in/a.jpg']],
  ])('loops end: %s', async (_, entries, expected) => {
    const { discover } = await makeTree(entries);
    const found = await discover({ inputs: ['p'], followSymlinks: true });
    expect(found).toMatchObject({ relativePaths: expected, problems: [] });
  });

  it('never rename a picture that has a real name below the root', async () => {
    const { discover } = await makeTree(['p/best -> z/deep/er', 'p/z/deep/er/a.jpg', 'p/z/deep/b.jpg']);
    const found = await discover({ inputs: ['p'], followSymlinks: true });
    expect(found.relativePaths).toEqual(['z/deep/b.jpg', 'z/deep/er/a.jpg']);
  });

  it('to the same folder: the first in path order has it', async () => {
    const { discover } = await makeTree(['p/c -> ../q', 'p/b -> ../q', 'p/a/d -> ../../q', 'q/x.jpg']);
    const found = await discover({ inputs: ['p'], followSymlinks: true });
    expect(found.relativePaths).toEqual(['a/d/x.jpg']);
  });

  it('are subject to --ignore from the root on', async () => {
    const entries = [
      'p/l -> ../q',
      'q/a.jpg',
      'q/raw/b.jpg',
      'q/x/raw/c.jpg',
      'q/x/d.jpg',
      'p/raw -> ../r',
      'r/e.jpg',
    ];
    const { discover } = await makeTree(entries);
    const ignoring = async (...ignore: string[]) =>
      (await discover({ inputs: ['p'], followSymlinks: true, ignore })).relativePaths;
    expect(await ignoring('raw')).toEqual(['l/a.jpg', 'l/x/d.jpg']);
    expect(await ignoring('/l/raw')).toEqual(['l/a.jpg', 'l/x/d.jpg', 'l/x/raw/c.jpg', 'raw/e.jpg']);
    expect(await ignoring('/*/x', 'raw')).toEqual(['l/a.jpg']);
    expect(await ignoring('l')).toEqual(['raw/e.jpg']);
  });

  it('lead a glob on its way on demand, and not in circles', async () => {
    const { discover } = await makeTree([
      'p/l -> ../q',
      'q/a.jpg',
      'q/loop -> ../p',
      'p/m/b.jpg',
      'q/x -> y',
      'q/y/c.jpg',
    ]);
    expect((await discover({ inputs: ['p/*/*.jpg'] })).relativePaths).toEqual(['m/b.jpg']);
    const direct = await discover({ inputs: ['p/*/*.jpg'], followSymlinks: true });
    expect(direct.relativePaths).toEqual(['l/a.jpg', 'm/b.jpg']);
    const deep = await discover({ inputs: ['p/**/*.jpg'], followSymlinks: true });
    expect(deep.relativePaths).toEqual(['l/a.jpg', 'l/x/c.jpg', 'l/y/c.jpg', 'm/b.jpg']);
  });

  it('with awkward names are entered', async () => {
    const { discover } = await makeTree(['p/a\nb (1) -> ../[q]', '[q]/x\n.jpg', '[q]/y -> ../r', 'r/z.jpg']);
    const found = await discover({ inputs: ['p'], followSymlinks: true });
    expect(found.relativePaths).toEqual(['a\nb (1)/x\n.jpg', 'a\nb (1)/y/z.jpg']);
  });
});
