import { existsSync } from 'node:fs';
import { execFileSync, spawnSync } from 'node:child_process';
import nodeFs, { type Dirent } from 'node:fs';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { pathOf } from '../../src/core/roots.js';
import type { DiscoveryFileSystem } from '../../src/discover/file-system.js';
import type { DiscoverOptions } from '../../src/discover/discover.js';
import { discoverImages } from '../../src/discover/discover.js';
import { repository } from '../shared.js';
import { defaults, makeTree } from './tree.js';

const makeFifos = (paths: string[]): Buffer => execFileSync('mkfifo', paths);

/** The real file system but for some folders that fail with a code. */
function failing(codes: Readonly<Record<string, string>>): DiscoveryFileSystem {
  const readdir = (
    folder: string,
    options: object,
    done: (error: Error | null, entries?: Dirent[]) => void,
  ): void => {
    const code = codes[path.basename(folder)];
    if (code === undefined) nodeFs.readdir(folder, { withFileTypes: true, ...options }, done);
    else done(Object.assign(new Error(`${code}: made up`), { code }));
  };
  return { ...nodeFs, readdir: readdir as typeof nodeFs.readdir };
}

/**
 * How a command starts without root's right to read everything. Node's own seteuid will not do: it throws where libuv
 * might use io_uring, as on Debian 13.
 */
const WITHOUT_RIGHTS =
  process.geteuid?.() === 0
    ? ['setpriv', ...['inh-caps', 'bounding-set'].map((set) => `--${set}=-dac_override,-dac_read_search`)]
    : [];
const canGiveUpRights = spawnSync('/usr/bin/env', [...WITHOUT_RIGHTS, 'true']).status === 0;

/** The built `discoverImages` in a process that permissions hold for. */
function discoverWithoutRights(options: DiscoverOptions): Awaited<ReturnType<typeof discoverImages>> {
  const module = pathToFileURL(path.join(repository, 'dist/discover/discover.js')).href;
  const code = `
    import { discoverImages } from ${JSON.stringify(module)};
    console.log(JSON.stringify(await discoverImages(${JSON.stringify(options)})));`;
  const node = [process.execPath, '--input-type=module', '-e', code];
  const stdout = execFileSync('/usr/bin/env', [...WITHOUT_RIGHTS, ...node]);
  return JSON.parse(stdout.toString()) as Awaited<ReturnType<typeof discoverImages>>;
}

describe('folders that cannot be read', () => {
  it('are problems, and the rest is still found', async () => {
    const { root } = await makeTree(['a.jpg', 'locked/b.jpg', 'c/broken/d.jpg', 'c/e.jpg', 'z/f.jpg']);
    const found = await discoverImages(defaults(root), failing({ locked: 'EACCES', broken: 'EIO' }));
    expect(found.relativePaths).toEqual(['a.jpg', 'c/e.jpg', 'z/f.jpg']);
    expect(found.problems).toEqual([
      {
        path: path.join(root, 'c/broken'),
        relativePath: 'c/broken',
        code: 'UNREADABLE',
        message: 'the folder cannot be read (EIO): its pictures are not known',
      },
      {
        path: path.join(root, 'locked'),
        relativePath: 'locked',
        code: 'UNREADABLE',
        message: 'the folder cannot be read (EACCES): its pictures are not known',
      },
    ]);
  });

  it('may be the root itself', async () => {
    const { root } = await makeTree(['p/a.jpg']);
    const found = await discoverImages({ ...defaults(root), inputs: ['p'] }, failing({ p: 'EACCES' }));
    expect(found).toMatchObject({ relativePaths: [], problems: [{ code: 'UNREADABLE', relativePath: '.' }] });
  });

  it('are problems in a glob and in a followed link', async () => {
    const { root } = await makeTree(['p/locked/a.jpg', 'p/l -> ../q', 'q/bad/b.jpg', 'q/c.jpg']);
    const fs = failing({ locked: 'EACCES', bad: 'EACCES' });
    const glob = await discoverImages(
      { ...defaults(root), inputs: ['p/**/*.jpg'], followSymlinks: true },
      fs,
    );
    const folder = await discoverImages({ ...defaults(root), inputs: ['p'], followSymlinks: true }, fs);
    for (const found of [glob, folder]) {
      expect(found.relativePaths).toEqual(['l/c.jpg']);
      expect(found.problems.map((problem) => problem.relativePath)).toEqual(['l/bad', 'locked']);
    }
  });

  it('that vanish meanwhile hold nothing to miss', async () => {
    const { root } = await makeTree(['a.jpg', 'gone/b.jpg']);
    const found = await discoverImages(defaults(root), failing({ gone: 'ENOENT' }));
    expect(found).toMatchObject({ relativePaths: ['a.jpg'], problems: [] });
  });

  it.skipIf(!canGiveUpRights)('are noticed with real permissions (as root, needs setpriv)', async () => {
    const { root } = await makeTree(['a.jpg', 'locked/b.jpg', 'blind/c.jpg', 'dim/d.jpg']);
    await chmod(root, 0o755);
    const locked = ['locked', 'blind'].map((name) => path.join(root, name));
    for (const folder of locked) await chmod(folder, 0o000);
    await chmod(path.join(root, 'dim'), 0o444);
    try {
      const found = discoverWithoutRights({ ...defaults(root), inputs: ['.', 'blind/c.jpg', 'locked'] });
      // A folder that may be listed but not entered: its files fail when they are opened.
      expect(found.relativePaths).toEqual(['a.jpg', 'dim/d.jpg']);
      expect(found.problems.map(({ relativePath, code }) => [relativePath, code])).toEqual([
        ['blind', 'UNREADABLE'],
        ['blind/c.jpg', 'UNREADABLE'],
        ['locked', 'UNREADABLE'],
      ]);
    } finally {
      for (const folder of [...locked, path.join(root, 'dim')]) await chmod(folder, 0o755);
    }
  });
});

describe('what bears the name of a picture and is no file', () => {
  it('is a problem; a folder, or a link to one, is a folder like any other', async () => {
    const { root, discover } = await makeTree(['a.jpg', 'album.jpg/b.jpg', 'sub/l.png -> ../album.jpg']);
    makeFifos([path.join(root, 'pipe.jpg'), path.join(root, 'pipe')]);
    const server = net.createServer().listen(path.join(root, 'socket.jpg'));
    await new Promise((resolve) => server.once('listening', resolve));
    const expected = ['pipe.jpg', 'socket.jpg'];
    for (const inputs of [['.'], ['**'], ['*', 'sub']]) {
      const found = await discover({ inputs });
      expect(found.relativePaths).toEqual(['a.jpg', 'album.jpg/b.jpg']);
      expect(found.problems.map(({ code, relativePath }) => `${code} ${relativePath}`)).toEqual(
        expected.map((name) => `NOT_A_FILE ${name}`),
      );
    }
    server.close();
  });

  it('is a problem when it was named, whatever its extension', async () => {
    const { root, discover } = await makeTree(['a.jpg']);
    makeFifos([path.join(root, 'pipe')]);
    const found = await discover({ inputs: ['pipe', 'a.jpg'], listed: ['pipe', '/dev/null'], base: '/' });
    expect(found.relativePaths).toEqual([path.join(root, 'a.jpg').slice(1)]);
    expect(found.problems.map(({ code, path: where }) => `${code} ${where}`)).toEqual([
      'NOT_A_FILE /dev/null',
      `NOT_A_FILE ${path.join(root, 'pipe')}`,
    ]);
  });

  it('belongs to one shard', async () => {
    const { root, discover } = await makeTree([]);
    makeFifos(['a.jpg', 'b.jpg', 'c.jpg', 'd.jpg'].map((name) => path.join(root, name)));
    const shards = await Promise.all([1, 2].map((index) => discover({ shard: { index, count: 2 } })));
    const names = shards.flatMap((shard) => shard.problems.map((problem) => problem.relativePath));
    expect(names.sort()).toEqual(['a.jpg', 'b.jpg', 'c.jpg', 'd.jpg']);
  });
});

describe('names that are not UTF-8', () => {
  const bytes = (root: string, ...parts: (string | number)[]): Buffer =>
    Buffer.concat(
      [root, '/', ...parts].map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.of(part))),
    );

  it('are problems named with their bytes; the rest of the folder is found', async () => {
    const { root, discover } = await makeTree(['a.jpg', '\uFFFD.jpg', 'sub/b.jpg', 'c.txt']);
    await writeFile(bytes(root, 'caf', 0xe9, '.jpg'), '');
    await writeFile(bytes(root, 'é', 0xff, 0xe2, 0x82, '.png'), '');
    await writeFile(bytes(root, 'notes', 0xff, '.txt'), '');
    await writeFile(bytes(root, '.hidden', 0xff, '.jpg'), '');
    await mkdir(bytes(root, 'folder', 0xe9));
    await writeFile(bytes(root, 'folder', 0xe9, '/x.jpg'), '');
    const found = await discover();
    expect(found.relativePaths).toEqual(['a.jpg', 'sub/b.jpg', '\uFFFD.jpg']);
    expect(found.problems.map(({ code, relativePath }) => `${code} ${relativePath}`)).toEqual([
      'UNREADABLE caf\\xe9.jpg',
      'UNREADABLE folder\\xe9',
      'UNREADABLE é\\xff\\xe2\\x82.png',
    ]);
    expect((await discover({ hidden: true })).problems).toHaveLength(4);
  });

  it('hide no file whose name looks like theirs', async () => {
    const { root, discover } = await makeTree([
      '\\xff.jpg',
      '\\xff/a.jpg',
      'd\\x5c/\\xFF.jpg',
      'plain\\.jpg',
    ]);
    await writeFile(bytes(root, 0xff, '.jpg'), '');
    await mkdir(bytes(root, 0xff));
    await mkdir(bytes(root, '\\xff/', 0xfe));
    const found = await discover();
    expect(found.relativePaths).toEqual([
      '\\x5cxff.jpg',
      '\\x5cxff/a.jpg',
      'd\\x5cx5c/\\xFF.jpg',
      'plain\\.jpg',
    ]);
    expect(found.relativePaths.map((name) => existsSync(pathOf(found, name)))).toEqual(Array(4).fill(true));
    expect(found.problems.map(({ relativePath }) => relativePath)).toEqual([
      '\\x5cxff/\\xfe',
      '\\xff',
      '\\xff.jpg',
    ]);
    const named = await discover({ inputs: ['\\xff.jpg', '\\xff'] });
    expect(named.relativePaths).toEqual(['\\x5cxff.jpg', '\\x5cxff/a.jpg']);
    const listed = await discover({ inputs: [], listed: ['\\xff.jpg', '\\xfd.jpg'] });
    expect([listed.relativePaths, listed.absent]).toEqual([['\\x5cxff.jpg'], ['\\x5cxfd.jpg']]);
  });

  it('that look alike are two problems', async () => {
    const { root, discover } = await makeTree([]);
    await writeFile(bytes(root, 0xfe, '.jpg'), '');
    await writeFile(bytes(root, 0xff, '.jpg'), '');
    expect((await discover()).problems.map((problem) => problem.relativePath)).toEqual([
      '\\xfe.jpg',
      '\\xff.jpg',
    ]);
  });
});
