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

/** Nothing is to be noted. */
const unheard = (message: string): never => {
  throw new Error(message);
};

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
    ['spaces, which may be part of a name', '\n', ' a.jpg \n', [' a.jpg ']],
    ['carriage returns, which may be part of a name', '\0', 'a.jpg\r\0', ['a.jpg\r']],
    ['NUL-separated names with line breaks', '\0', 'a\nb.jpg\0c.jpg\0', ['a\nb.jpg', 'c.jpg']],
    ['nothing', '\n', '', []],
  ] as const)('reads %s', async (_, separator, text, expected) => {
    const file = path.join(folder, 'list');
    await writeFile(file, text);
    expect(await readPathList(file, separator, unheard)).toEqual(expected);
    expect(await readPathList('-', separator, unheard, pieces(text))).toEqual(expected);
  });

  it('joins what arrives in pieces, characters cut in two included', async () => {
    const bytes = Buffer.from('photos/Zürich.jpg\nb.jpg\n');
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      const stdin = pieces(bytes.subarray(0, cut), bytes.subarray(cut));
      expect(await readPathList('-', '\n', unheard, stdin)).toEqual(['photos/Zürich.jpg', 'b.jpg']);
    }
  });

  it('reads long lists', async () => {
    const names = Array.from({ length: 50_000 }, (_, index) => `album/IMG_${index}.jpg`);
    const file = path.join(folder, 'list');
    await writeFile(file, names.join('\n'));
    expect(await readPathList(file, '\n', unheard)).toEqual(names);
  });

  it.each([
    ['CRLF line ends', 'a.jpg\r\nb c.jpg\r\n\r\n', ['a.jpg', 'b c.jpg']],
    ['CRLF but for the last line', 'a.jpg\r\nb.jpg', ['a.jpg', 'b.jpg']],
    ['a byte order mark', '\uFEFFa.jpg\nb.jpg\n', ['a.jpg', 'b.jpg']],
    ['both', '\uFEFFa.jpg\r\nb.jpg\r\n', ['a.jpg', 'b.jpg']],
    ['a mark inside, which is a name', 'a.jpg\n\uFEFFb.jpg\r\n', ['a.jpg', '\uFEFFb.jpg']],
  ])('takes a list from Windows for what it means, and notes it once: %s', async (_, text, expected) => {
    const notes: string[] = [];
    const note = (message: string): void => void notes.push(message);
    const file = path.join(folder, 'list');
    await writeFile(file, text);
    expect(await readPathList(file, '\n', note)).toEqual(expected);
    expect(notes).toEqual([expect.stringContaining('comes from Windows')]);
    const bytes = Buffer.from(text);
    const singly = Array.from(bytes, (_byte, at) => bytes.subarray(at, at + 1));
    expect(await readPathList('-', '\n', note, pieces(...singly))).toEqual(expected);
    const streamed: string[] = [];
    const stdin = new PassThrough();
    stdin.end(text);
    for await (const each of streamPathList('\n', note, stdin).paths) streamed.push(each);
    expect(streamed).toEqual(expected);
    expect(notes).toHaveLength(3);
  });

  it('takes the file that is there under the very name', async () => {
    const [odd, marked] = [path.join(folder, 'odd.jpg\r'), path.join(folder, 'plain.jpg')];
    await writeFile(odd, '');
    await writeFile(path.join(folder, 'odd.jpg'), '');
    await writeFile(marked, '');
    const list = `${odd}\n${marked}\n`;
    expect(await readPathList('-', '\n', unheard, pieces(list))).toEqual([odd, marked]);
    const notes: string[] = [];
    const mixed = `\uFEFF${odd}\n${marked}\r\n`;
    const read = await readPathList('-', '\n', (message) => notes.push(message), pieces(mixed));
    expect(read).toEqual([odd, marked]);
    expect(notes).toHaveLength(1);
  });

  it('says of UTF-16 what it is', async () => {
    const text = Buffer.from('\uFEFFa.jpg\r\n', 'utf16le');
    await expect(readPathList('-', '\n', unheard, pieces(text))).rejects.toThrow('UTF-16');
    await expect(readPathList('-', '\n', unheard, pieces(Buffer.from(text).swap16()))).rejects.toThrow(
      'UTF-16',
    );
  });

  it('says when the list is not there', async () => {
    await expect(readPathList(path.join(folder, 'none'), '\n', unheard)).rejects.toMatchObject({
      code: 'USAGE',
    });
    await expect(readPathList(folder, '\n', unheard)).rejects.toThrow('for --files-from, received');
  });

  it('notices a wrong separator', async () => {
    await expect(readPathList('-', '\n', unheard, pieces('a.jpg\0b.jpg\0'))).rejects.toThrow('add -0');
    await expect(readPathList('-', '\0', unheard, pieces('a.jpg\n'.repeat(20_000)))).rejects.toThrow(
      'check -0',
    );
  });
});

describe('streamPathList', () => {
  it('gives each path as soon as its separator is there', async () => {
    const stdin = new PassThrough();
    const paths = streamPathList('\n', unheard, stdin).paths[Symbol.asyncIterator]();
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
    const paths = streamPathList('\n', unheard, stdin).paths[Symbol.asyncIterator]();
    let taken = 0;
    while (stdin.write('a picture with a name\n')) taken += 1;
    await paths.next();
    expect(taken).toBeLessThan(10);
    expect(stdin.write('a picture with a name\n')).toBe(false);
  });

  it('ends without an error when it is cancelled, also while nothing arrives', async () => {
    const list = streamPathList('\n', unheard, new PassThrough());
    const next = list.paths[Symbol.asyncIterator]().next();
    list.cancel();
    expect(await next).toMatchObject({ done: true });
  });

  it('refuses a list with NUL bytes', async () => {
    const stdin = new PassThrough();
    stdin.end('a\0b\n');
    const { paths } = streamPathList('\n', unheard, stdin);
    await expect(paths[Symbol.asyncIterator]().next()).rejects.toThrow(/NUL bytes: add -0/);
  });
});
