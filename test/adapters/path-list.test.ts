import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readPathList, streamPathList } from '../../src/adapters/path-list.js';

/** Standard input that arrives in these pieces. */
async function* pieces(...chunks: (string | Buffer)[]): AsyncGenerator<Buffer> {
  for (const chunk of chunks) yield await Promise.resolve(Buffer.from(chunk));
}

describe('readPathList', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'facetag-list-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it.each([
    ['lines', '\n', 'a.jpg\nb c.jpg\n', ['a.jpg', 'b c.jpg']],
    ['a last line without an end', '\n', 'a.jpg\nb.jpg', ['a.jpg', 'b.jpg']],
    ['empty lines', '\n', '\n\na.jpg\n\n', ['a.jpg']],
    ['spaces and carriage returns, which may be part of a name', '\n', ' a.jpg \r\n', [' a.jpg \r']],
    ['NUL-separated names with line breaks', '\0', 'a\nb.jpg\0c.jpg\0', ['a\nb.jpg', 'c.jpg']],
    ['nothing', '\n', '', []],
  ] as const)('reads %s', async (_, separator, text, expected) => {
    const file = path.join(folder, 'list');
    await writeFile(file, text);
    expect(await readPathList(file, separator)).toEqual(expected);
    expect(await readPathList('-', separator, pieces(text))).toEqual(expected);
  });

  it('joins what arrives in pieces, characters cut in two included', async () => {
    const bytes = Buffer.from('photos/Zürich.jpg\nb.jpg\n');
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      const stdin = pieces(bytes.subarray(0, cut), bytes.subarray(cut));
      expect(await readPathList('-', '\n', stdin)).toEqual(['photos/Zürich.jpg', 'b.jpg']);
    }
  });

  it('reads long lists', async () => {
    const names = Array.from({ length: 50_000 }, (_, index) => `album/IMG_${index}.jpg`);
    const file = path.join(folder, 'list');
    await writeFile(file, names.join('\n'));
    expect(await readPathList(file, '\n')).toEqual(names);
  });

  it('says when the list is not there', async () => {
    await expect(readPathList(path.join(folder, 'none'), '\n')).rejects.toMatchObject({ code: 'USAGE' });
    await expect(readPathList(folder, '\n')).rejects.toThrow('for --files-from, received');
  });

  it('notices a wrong separator', async () => {
    await expect(readPathList('-', '\n', pieces('a.jpg\0b.jpg\0'))).rejects.toThrow('add -0');
    await expect(readPathList('-', '\0', pieces('a.jpg\n'.repeat(20_000)))).rejects.toThrow('check -0');
  });
});

describe('streamPathList', () => {
  it('gives each path as soon as its separator is there', async () => {
    const stdin = new PassThrough();
    const paths = streamPathList('\n', stdin).paths[Symbol.asyncIterator]();
    stdin.write('a.jpg\nb.j');
    expect(await paths.next()).toEqual({ done: false, value: 'a.jpg' });
    const second = paths.next();
    stdin.write('pg\n');
    expect(await second).toEqual({ done: false, value: 'b.jpg' });
    stdin.end('c.jpg');
    expect(await paths.next()).toEqual({ done: false, value: 'c.jpg' });
    expect(await paths.next()).toMatchObject({ done: true });
  });

  it('reads no further than it is asked for', async () => {
    const stdin = new PassThrough({ highWaterMark: 64 });
    const paths = streamPathList('\n', stdin).paths[Symbol.asyncIterator]();
    let taken = 0;
    while (stdin.write('a picture with a name\n')) taken += 1;
    await paths.next();
    expect(taken).toBeLessThan(10);
    expect(stdin.write('a picture with a name\n')).toBe(false);
  });

  it('ends without an error when it is cancelled, also while nothing arrives', async () => {
    const list = streamPathList('\n', new PassThrough());
    const next = list.paths[Symbol.asyncIterator]().next();
    list.cancel();
    expect(await next).toMatchObject({ done: true });
  });

  it('refuses a list with NUL bytes', async () => {
    const stdin = new PassThrough();
    stdin.end('a\0b\n');
    const { paths } = streamPathList('\n', stdin);
    await expect(paths[Symbol.asyncIterator]().next()).rejects.toThrow(/NUL bytes: add -0/);
  });
});
