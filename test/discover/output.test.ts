import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { assertOutputOutside } from '../../src/discover/discover.js';
import { makeTree } from './tree.js';

describe('excluded folders', () => {
  const tree = [
    'p/a.jpg',
    'p/out/annotated/a.jpg',
    'p/outer/b.jpg',
    'p/l -> out',
    'link -> p/out',
    'p/sub/out/c.jpg',
  ];
  it.each([
    ['a folder', 'p/out', ['p']],
    ['a glob', 'p/out', ['p/**/*.jpg']],
    ['a glob for folders', 'p/out', ['p/*']],
    ['named files', 'p/out', ['p', 'p/out/annotated/a.jpg', 'link/annotated/a.jpg']],
    ['a link to the output', 'link', ['p']],
  ])('are left out of %s', async (_, output, inputs) => {
    const { root, discover } = await makeTree(tree);
    for (const followSymlinks of [false, true]) {
      const found = await discover({ inputs, followSymlinks, exclude: [path.join(root, output)] });
      expect(found.relativePaths).toEqual(['a.jpg', 'outer/b.jpg', 'sub/out/c.jpg']);
    }
  });

  it('are left out of a list of paths', async () => {
    const { root, discover } = await makeTree(tree);
    const listed = ['p/out/annotated/a.jpg', 'p/a.jpg', 'link/annotated'];
    const found = await discover({ inputs: [], listed, exclude: [path.join(root, 'p/out')] });
    expect(found.relativePaths).toEqual(['p/a.jpg']);
  });

  it('need not exist', async () => {
    const { root, discover } = await makeTree(tree);
    const found = await discover({ inputs: ['p/sub'], exclude: [path.join(root, 'p/sub/later/out')] });
    expect(found.relativePaths).toEqual(['out/c.jpg']);
  });
});

describe('output folders of other runs', () => {
  const results = ['run1/facetag.json', 'run1/json/', 'run1/annotated/a.jpg'];
  const tree = ['a.jpg', ...results, 'b/facetag.json', 'b/c.jpg', 'link -> run1'];

  it('are left out and told, but not a folder that only has a file of that name', async () => {
    const { root, discover } = await makeTree(tree);
    for (const followSymlinks of [false, true]) {
      const found = await discover({ followSymlinks });
      expect(found.relativePaths).toEqual(['a.jpg', 'b/c.jpg']);
      expect(found.resultFolders).toContain(path.join(root, 'run1'));
    }
  });

  it.each([[['run1/annotated']], [['run1']], [['run1/annotated/*.jpg']], [['run*']]])(
    'are taken when they are named: %j',
    async (inputs) => {
      const { discover } = await makeTree(tree);
      const found = await discover({ inputs });
      expect(found.relativePaths.map((name) => path.basename(name))).toEqual(['a.jpg']);
      expect(found.resultFolders).toEqual([]);
    },
  );
});

describe('assertOutputOutside', () => {
  const tree = ['p/a.jpg', 'p/sub/b.jpg', 'link -> p', 'q/c.jpg'];
  it.each([
    ['below a root', ['p'], 'p/out'],
    ['below a root, not there yet', ['p'], 'p/x/y/out'],
    ['beside the roots', ['p', 'q/c.jpg'], 'out'],
    ['with a longer name', ['p'], 'pp'],
    ['a glob elsewhere', ['p/*.jpg'], 'p/sub'],
  ])('allows an output %s', async (_, inputs, output) => {
    const { root } = await makeTree(tree);
    await expect(assertOutputOutside(inputs, output, root)).resolves.toBeUndefined();
  });

  it.each([
    ['that is a root', ['q', 'p'], 'p/', 'is itself an input'],
    ['that is a root through a link', ['p'], 'link', 'is itself an input'],
    ['that contains a root', ['p/sub'], 'p', 'contains the input "p/sub"'],
    ['that contains a root through a link', ['link/sub'], 'p', 'contains the input "link/sub"'],
    ['that contains a file', ['p/sub/b.jpg'], 'p/sub', 'contains the input "p/sub/b.jpg"'],
    ['that contains a glob', ['p/sub/*.jpg'], 'p', 'contains the input "p/sub/*.jpg"'],
    ['that is the working directory', ['q'], '.', 'contains the input "q"'],
  ])('refuses one %s', async (_, inputs, output, reason) => {
    const { root } = await makeTree(tree);
    const failure = assertOutputOutside(inputs, output, root);
    await expect(failure).rejects.toMatchObject({ code: 'USAGE' });
    await expect(failure).rejects.toThrow(reason);
  });
});
