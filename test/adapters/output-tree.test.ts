import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sweepOldTemporaries } from '../../src/adapters/old-temporaries.js';
import { OutputTree } from '../../src/adapters/output-tree.js';
import { treeAt } from './temporary-tree.js';

let home: string;
let output: string;

beforeEach(() => {
  home = realpathSync(mkdtempSync(path.join(tmpdir(), 'facetag-tree-')));
  output = path.join(home, 'out');
  mkdirSync(output);
  mkdirSync(path.join(home, 'victim/b'), { recursive: true });
  writeFileSync(path.join(home, 'victim/b/x'), 'theirs');
});

afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

const textOf = (tree: OutputTree, file: string): string =>
  tree.withFile(file, ({ descriptor }) => readFileSync(descriptor, 'utf8'));

async function listing(tree: OutputTree, folder: string): Promise<string[]> {
  const files: string[] = [];
  for await (const some of tree.filesBelow(folder)) files.push(...some);
  return files.sort();
}

describe.each([
  ['with /proc', true],
  ['without /proc', false],
])('an output tree %s', (_, anchor) => {
  it('writes, reads, lists and removes', async () => {
    const tree = treeAt(output, anchor);
    await tree.replace('a/b/x', 'one', 1_700_000_000_123);
    await tree.replace('a/b/x', 'two', 1_700_000_000_456);
    expect(textOf(tree, 'a/b/x')).toBe('two');
    expect(tree.stats('a/b/x')?.mtimeMs).toBe(1_700_000_000_456);
    expect(tree.stats('a/c/x')).toBeUndefined();
    expect(await listing(tree, 'a')).toEqual(['b/x']);
    tree.remove('a/b/x');
    tree.remove('a/b/x');
    expect(await listing(tree, 'a')).toEqual([]);
    tree.tidy();
    expect(readdirSync(output)).toEqual(['a']);
  });

  it('goes through more folders than it keeps open', async () => {
    const tree = treeAt(output, anchor);
    const deep = Array.from({ length: 80 }, (_, index) => `d${index}`).join('/');
    for (let round = 0; round < 2; round += 1) {
      for (let i = 0; i < 100; i += 1) await tree.replace(`f${i}/x`, `${round} ${i}`);
      await tree.replace(`${deep}/x`, 'deep');
    }
    for (let i = 0; i < 100; i += 1) expect(textOf(tree, `f${i}/x`)).toBe(`1 ${i}`);
    expect(textOf(tree, `${deep}/x`)).toBe('deep');
    const open = process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0;
    expect(open).toBeLessThan(100);
  });

  it.each(['a', 'a/b', 'a/b/x'])('does nothing through a link at %s', async (link) => {
    mkdirSync(path.dirname(path.join(output, link)), { recursive: true });
    symlinkSync(path.join(home, 'victim', link.slice(2)), path.join(output, link));
    const tree = treeAt(output, anchor);
    const odd = { name: 'OddFileError', kind: 'a symbolic link', place: path.join(output, link) };
    const rejected = (work: () => unknown) => expect(Promise.resolve().then(work)).rejects.toMatchObject(odd);
    await rejected(() => tree.replace('a/b/x', 'ours'));
    await rejected(() => textOf(tree, 'a/b/x'));
    await rejected(() => tree.stats('a/b/x'));
    await rejected(() => {
      tree.remove('a/b/x');
    });
    await rejected(() => {
      tree.touch('a/b/x', 1);
    });
    await rejected(() => tree.pieces('a/b/x').next());
    if (link === 'a') await rejected(() => listing(tree, 'a'));
    else expect(await listing(tree, 'a')).toEqual([link.slice(2)]);
    expect(readFileSync(path.join(home, 'victim/b/x'), 'utf8')).toBe('theirs');
    expect(readdirSync(path.join(home, 'victim'), { recursive: true }).sort()).toEqual(['b', 'b/x']);
    tree.sweep();
    expect(readdirSync(path.join(output, '.facetag-tmp'))).toEqual([]);
  });

  it('does not follow a link that takes the place of a folder that it had open', async () => {
    const tree = treeAt(output, anchor);
    await tree.replace('a/b/x', 'ours');
    renameSync(path.join(output, 'a/b'), path.join(output, 'a/aside'));
    symlinkSync(path.join(home, 'victim/b'), path.join(output, 'a/b'));
    await tree.replace('a/b/x', 'more').catch(() => undefined);
    tree.forgetFolders();
    await expect(tree.replace('a/b/x', 'more')).rejects.toMatchObject({ kind: 'a symbolic link' });
    expect(readFileSync(path.join(home, 'victim/b/x'), 'utf8')).toBe('theirs');
  });

  it('makes folders anew that were removed while it had them open', async () => {
    const tree = treeAt(output, anchor);
    await tree.replace('a/b/x', 'one');
    rmSync(path.join(output, 'a'), { recursive: true });
    rmSync(path.join(output, '.facetag-tmp'), { recursive: true });
    await tree.replace('a/b/x', 'two');
    expect(readFileSync(path.join(output, 'a/b/x'), 'utf8')).toBe('two');
  });

  it('says so when the output folder itself is gone, or another has its path', async () => {
    const tree = treeAt(output, anchor);
    rmSync(output, { recursive: true });
    await expect(tree.replace('a/x', 'one')).rejects.toBeDefined();
    mkdirSync(output);
    expect(() => {
      tree.assertInPlace();
    }).toThrow('was removed or replaced during the run');
    expect(readdirSync(output)).toEqual([]);
  });

  it('leaves what it had when it may not change anything any more', async () => {
    await treeAt(output, anchor).replace('x', 'one');
    let may = true;
    const tree = new OutputTree(treeAt(output, anchor).root, () => {
      if (!may) throw new Error('lost');
    });
    async function* content() {
      yield 'two';
      may = false;
      await Promise.resolve();
    }
    await expect(tree.replace('x', content())).rejects.toThrow('lost');
    expect(() => {
      tree.remove('x');
    }).toThrow('lost');
    expect(readFileSync(path.join(output, 'x'), 'utf8')).toBe('one');
    expect(readdirSync(path.join(output, '.facetag-tmp'))).toEqual([]);
  });
});

describe('sweeping', () => {
  it('removes what was being written, at the one place where that is, and nothing else', () => {
    mkdirSync(path.join(output, '.facetag-tmp'));
    const place = (name: string): string => path.join(output, '.facetag-tmp', name);
    writeFileSync(place('123e4567-e89b-42d3-a456-426614174000'), 'half');
    writeFileSync(place('mine.txt'), '');
    symlinkSync(path.join(home, 'victim/b/x'), place('223e4567-e89b-42d3-a456-426614174000'));
    treeAt(output).tidy();
    expect(readdirSync(path.join(output, '.facetag-tmp')).sort()).toEqual([
      '223e4567-e89b-42d3-a456-426614174000',
      'mine.txt',
    ]);
  });

  it('finds what version 0.1.0 left, wherever that is', async () => {
    const old = ['.facetag-77-1.tmp', 'json/.facetag-77-2.tmp', 'annotated/a/b/.facetag-77-3.tmp'];
    for (const name of [...old, '.facetag-mine.tmp', 'json/a.jpg.json']) {
      mkdirSync(path.dirname(path.join(output, name)), { recursive: true });
      writeFileSync(path.join(output, name), 'half');
    }
    await sweepOldTemporaries(treeAt(output));
    for (const name of old) expect(existsSync(path.join(output, name))).toBe(false);
    expect(existsSync(path.join(output, '.facetag-mine.tmp'))).toBe(true);
    expect(existsSync(path.join(output, 'json/a.jpg.json'))).toBe(true);
  });
});

const mayMount = ((): boolean => {
  try {
    execFileSync('/usr/bin/env', ['unshare', '--mount', 'mount', '-t', 'tmpfs', 'probe', '/tmp'], {
      stdio: 'ignore',
    });
    return true;
  } catch {
    return false;
  }
})();

describe.skipIf(!mayMount)('what is mounted below an output folder (needs the right to mount)', () => {
  it('is neither written nor removed, also when it is the same disk', async () => {
    const place = path.join(output, 'a');
    mkdirSync(place);
    execFileSync('/usr/bin/env', ['mount', '--bind', path.join(home, 'victim/b'), place]);
    try {
      const tree = treeAt(output);
      await expect(tree.replace('a/x', 'ours')).rejects.toMatchObject({ code: 'EXDEV' });
      expect(() => {
        tree.remove('a/x');
      }).toThrow('EXDEV');
      tree.forgetFolders();
      expect(readFileSync(path.join(home, 'victim/b/x'), 'utf8')).toBe('theirs');
    } finally {
      execFileSync('/usr/bin/env', ['umount', '--lazy', place]);
    }
  });
});
