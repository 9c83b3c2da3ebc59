import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readPathList } from '../../src/adapters/path-list.js';

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
